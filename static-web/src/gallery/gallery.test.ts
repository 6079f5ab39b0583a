import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const sources = readdirSync('src/gallery')
  .filter((file) => file.endsWith('.svelte'))
  .map((file) => readFileSync(`src/gallery/${file}`, 'utf8'))
  .join('\n');

it.each(readdirSync('src/shared/ui').filter((file) => file.endsWith('.svelte')))('%s is shown', (file) =>
  expect(sources).toContain(`<${file.replace('.svelte', '')}`),
);
