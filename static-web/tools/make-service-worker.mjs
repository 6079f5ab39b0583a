// Writes dist/service-worker.js: service-worker/service-worker.js with the build's id and the files of the shell. Run after vite build.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const dist = new URL('../dist/', import.meta.url);
const manifest = readFileSync(new URL('.vite/manifest.json', dist), 'utf8');
const { file, css = [] } = JSON.parse(manifest)['index.html'];
const shell = ['theme-boot.js', 'icon.svg', file, ...css];
const source = readFileSync(new URL('../service-worker/service-worker.js', import.meta.url), 'utf8');

// The manifest names every file of the build by its content.
const build = createHash('sha256').update(manifest).update(source);
for (const path of ['index.html', ...shell]) build.update(readFileSync(new URL(path, dist)));
writeFileSync(
  new URL('service-worker.js', dist),
  source
    .replace('%BUILD%', build.digest('hex').slice(0, 16))
    .replace("'%SHELL%'", ['', ...shell].map((path) => `'/${path}'`).join(', ')),
);
