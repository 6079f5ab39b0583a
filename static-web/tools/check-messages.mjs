// A missing, empty or differently parameterised message fails the build: paraglide itself would quietly fall
// back to English.
import { readFileSync } from 'node:fs';

const read = (locale) =>
  JSON.parse(readFileSync(new URL(`../messages/${locale}.json`, import.meta.url), 'utf8'));
const parameters = (text) =>
  [...text.matchAll(/\{(\w+)\}/g)]
    .map((match) => match[1])
    .sort()
    .join(',');

const { locales, baseLocale } = JSON.parse(
  readFileSync(new URL('../project.inlang/settings.json', import.meta.url), 'utf8'),
);
const base = read(baseLocale);
const faults = [];
for (const locale of locales) {
  const other = read(locale);
  for (const key of new Set([...Object.keys(base), ...Object.keys(other)])) {
    if (key.startsWith('$')) continue;
    if (!base[key]) faults.push(`${baseLocale}.json lacks "${key}"`);
    else if (!other[key]) faults.push(`${locale}.json lacks "${key}"`);
    else if (parameters(base[key]) !== parameters(other[key]))
      faults.push(
        `${locale}.json "${key}" takes {${parameters(other[key])}}, not {${parameters(base[key])}}`,
      );
  }
}
if (faults.length > 0) {
  console.error([...new Set(faults)].join('\n'));
  process.exit(1);
}
