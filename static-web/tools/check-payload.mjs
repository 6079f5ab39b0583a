// Start-up weight (what a stranger downloads for the gate or an empty chat) against its budget, read from the
// Vite manifest. Exits 1 above the budget. Run after `npm run build`.
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const BUDGET_START_KB = 60;
const BUDGET_FIRST_MESSAGE_KB = 35;
const BUDGET_REQUESTS = 8;

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const kB = (files) =>
  files.reduce((sum, file) => sum + brotliCompressSync(readFileSync(new URL(file, dist))).length, 0) / 1000;

/** Every file that loading `key` pulls in by static import, with its CSS. */
function closure(key, seen = new Set(), files = new Set()) {
  if (seen.has(key)) return files;
  seen.add(key);
  const chunk = manifest[key];
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const next of chunk.imports ?? []) closure(next, seen, files);
  return files;
}

const language = (locale) => Object.keys(manifest).find((key) => key.endsWith(`src/messages/${locale}.ts`));
const shell = closure('index.html');
const start = ['en', 'zh-CN'].map((locale) => [
  'index.html',
  'theme-boot.js',
  ...new Set([...shell, ...closure(language(locale))]),
]);
const heaviest = start.reduce((a, b) => (kB(a) > kB(b) ? a : b));
const markdown = Object.keys(manifest).find((key) => key.endsWith('markdown/Markdown.svelte'));
const firstMessage = [...closure(markdown)].filter((file) => !heaviest.includes(file));
// + the icon, GET /api/config and GET /api/models
const requests = heaviest.length + 3;

const report = [
  ['start-up kB br', kB(heaviest), BUDGET_START_KB],
  ['start-up requests', requests, BUDGET_REQUESTS],
  ['first message adds kB br', kB(firstMessage), BUDGET_FIRST_MESSAGE_KB],
];
for (const file of heaviest) console.log(`  ${kB([file]).toFixed(1).padStart(6)}  ${file}`);
for (const [name, value, budget] of report)
  console.log(`${value > budget ? 'OVER' : 'ok  '} ${name}: ${Number(value.toFixed(1))} (budget ${budget})`);
process.exit(report.some(([, value, budget]) => value > budget) ? 1 : 0);
