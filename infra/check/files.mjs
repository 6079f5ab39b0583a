import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const skipped = new Set(['bin', 'obj', 'node_modules']);

/** Every file below a folder of the repository whose name ends so, with its text. */
export function filesBelow(root, folder, ending) {
  const files = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) files.push(...filesBelow(root, path, ending));
    else if (entry.isFile() && entry.name.endsWith(ending)) files.push({ path, text: readFileSync(join(root, path), 'utf8') });
  }
  return files;
}
