// Turns messages/<locale>.json into src/messages/<locale>.ts, one function a message, so that a visitor downloads one
// language and the compiler checks every parameter. A missing, empty or differently parameterised message fails the build.
// messages/<part>/<locale>.json becomes a file of its own, which comes with the screens that need it. A further language may
// have everything in its one file: there a part's texts stand in an object under the part's name.
// A library did this before (paraglide): packages that it depends on cannot be restored by `npm ci` from every registry.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const BASE = 'en';
const source = new URL('../messages/', import.meta.url);
const target = new URL('../src/messages/', import.meta.url);

const entries = readdirSync(source, { withFileTypes: true });
const parts = ['', ...entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${name}/`)];
const parameters = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort();
const locales = entries
  .filter(({ name }) => name.endsWith('.json'))
  .map(({ name }) => name.replace(/\.json$/, ''));
const parse = (file) => JSON.parse(readFileSync(new URL(file, source), 'utf8'));
const isText = ([, text]) => typeof text === 'string';
function read(part, locale) {
  const whole = parse(`${locale}.json`);
  if (part === '') return Object.fromEntries(Object.entries(whole).filter(isText));
  const own = whole[part.slice(0, -1)];
  if (own !== undefined) return own;
  return existsSync(new URL(`${part}${locale}.json`, source)) ? parse(`${part}${locale}.json`) : {};
}
const texts = Object.fromEntries(
  parts.map((part) => [part, Object.fromEntries(locales.map((locale) => [locale, read(part, locale)]))]),
);

const faults = new Set();
for (const part of parts) {
  for (const locale of locales) {
    const [bases, others] = [texts[part][BASE] ?? {}, texts[part][locale] ?? {}];
    for (const key of new Set([...Object.keys(bases), ...Object.keys(others)])) {
      const [base, other] = [bases[key], others[key]];
      const file = (name) => `${part}${name}.json`;
      if (!/^[a-z][a-z0-9_]*$/.test(key)) faults.add(`"${key}" is no name: lower case, digits and _`);
      else if (!base?.trim()) faults.add(`${file(BASE)} lacks "${key}"`);
      else if (!other?.trim()) faults.add(`${file(locale)} lacks "${key}"`);
      else if (`${parameters(base)}` !== `${parameters(other)}`)
        faults.add(`${file(locale)} "${key}" takes {${parameters(other)}}, not {${parameters(base)}}`);
      // A screen reads both from one place.
      else if (part !== '' && key in texts[''][BASE]) faults.add(`${file(BASE)} repeats "${key}"`);
    }
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

for (const part of parts) {
  mkdirSync(new URL(part || '.', target), { recursive: true });
  for (const [locale, messages] of Object.entries(texts[part])) {
    const shown = Object.entries(messages).filter(([key]) => !/^language_(name|short|to)$/.test(key));
    const code = shown.map(([key, text]) => compile(key, text));
    writeFileSync(
      new URL(`${part}${locale}.ts`, target),
      '// Made by tools/compile-messages.mjs.\n' + code.join(''),
    );
  }
}

// What loads a part in each language; a visitor downloads one.
for (const part of parts) {
  const files = locales.map((locale) => `  '${locale}': () => import('./${locale}'),\n`).join('');
  writeFileSync(
    new URL(`${part}files.ts`, target),
    `// Made by tools/compile-messages.mjs.\nexport const files = {\n${files}};\n`,
  );
}

// Every language by its own name, to choose from before it is loaded.
const languages = locales.map((locale) => {
  const { language_name: name, language_short: short, language_to: to } = texts[''][locale];
  return `  '${locale}': ${JSON.stringify({ name, short, to })},\n`;
});
writeFileSync(
  new URL('languages.ts', target),
  `// Made by tools/compile-messages.mjs.\nexport const LANGUAGES = {\n${languages.join('')}};\n`,
);
