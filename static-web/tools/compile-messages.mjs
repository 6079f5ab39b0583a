// Turns messages/<locale>.json into src/messages/<locale>.ts, one function a message, so that a visitor downloads one
// language and the compiler checks every parameter. A missing, empty or differently parameterised message fails the build.
// A library did this before (paraglide): packages that it depends on cannot be restored by `npm ci` from every registry.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const BASE = 'en';
const source = new URL('../messages/', import.meta.url);
const target = new URL('../src/messages/', import.meta.url);

const parameters = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort();
const locales = readdirSync(source).map((file) => file.replace(/\.json$/, ''));
const texts = Object.fromEntries(
  locales.map((locale) => [locale, JSON.parse(readFileSync(new URL(`${locale}.json`, source), 'utf8'))]),
);

const faults = new Set();
for (const locale of locales) {
  for (const key of new Set([...Object.keys(texts[BASE]), ...Object.keys(texts[locale])])) {
    const [base, other] = [texts[BASE][key], texts[locale][key]];
    if (!/^[a-z][a-z0-9_]*$/.test(key)) faults.add(`"${key}" is no name: lower case, digits and _`);
    else if (!base?.trim()) faults.add(`${BASE}.json lacks "${key}"`);
    else if (!other?.trim()) faults.add(`${locale}.json lacks "${key}"`);
    else if (`${parameters(base)}` !== `${parameters(other)}`)
      faults.add(`${locale}.json "${key}" takes {${parameters(other)}}, not {${parameters(base)}}`);
  }
}
if (faults.size > 0) {
  console.error([...faults].join('\n'));
  process.exit(1);
}

/** `Open {name}.` becomes a function of { name }. */
function compile(key, text) {
  const names = parameters(text);
  const body = text.replace(/[\\`$]/g, '\\$&').replace(/\{(\w+)\}/g, '${i.$1}');
  const inputs = names.map((name) => `${name}: string | number`).join('; ');
  return `export const ${key} = (${names.length > 0 ? `i: { ${inputs} }` : ''}): string => \`${body}\`;\n`;
}

mkdirSync(target, { recursive: true });
for (const locale of locales) {
  const code = Object.entries(texts[locale]).map(([key, text]) => compile(key, text));
  writeFileSync(new URL(`${locale}.ts`, target), '// Made by tools/compile-messages.mjs.\n' + code.join(''));
}
