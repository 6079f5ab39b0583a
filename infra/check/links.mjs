import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const infra = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * The buttons of README.md: both open files of this folder in the portal, from one and the same repository and branch.
 * @param {string} readme
 * @param {(line: number, text: string) => void} found
 */
export function checkLinks(readme, found) {
  const lines = readme.split('\n');
  const repositories = new Set();
  const opened = [];
  for (const [index, line] of lines.entries()) {
    for (const [, link] of line.matchAll(/\((https:\/\/portal\.azure\.com\/[^)]*)\)/g)) {
      const parts = /^https:\/\/portal\.azure\.com\/#create\/Microsoft\.Template\/uri\/([^/]+)(?:\/createUIDefinitionUri\/([^/]+))?$/.exec(link);
      if (!parts) {
        found(index + 1, 'a button is https://portal.azure.com/#create/Microsoft.Template/uri/<template>[/createUIDefinitionUri/<form>]');
        continue;
      }
      for (const one of parts.slice(1).filter(Boolean)) {
        const address = /^https:\/\/raw\.githubusercontent\.com\/([^/]+\/[^/]+\/[^/]+)\/infra\/([\w.]+)$/.exec(decodeURIComponent(one));
        if (!address) found(index + 1, `${decodeURIComponent(one)} is no file of infra/ on raw.githubusercontent.com`);
        else if (encodeURIComponent(decodeURIComponent(one)) !== one) found(index + 1, 'the address in a button is percent-encoded');
        else if (!existsSync(join(infra, address[2]))) found(index + 1, `there is no infra/${address[2]}`);
        else {
          repositories.add(address[1]);
          opened.push(address[2]);
        }
      }
    }
  }
  if (repositories.size > 1) found(1, `the buttons open files of ${[...repositories].join(' and of ')}`);
  for (const file of ['azuredeploy.json', 'createUiDefinition.json', 'update.json']) if (!opened.includes(file)) found(1, `no button opens infra/${file}`);
}
