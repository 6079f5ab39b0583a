// Start-up weight (what a stranger downloads for the gate or an empty chat) against its budget, read from the
// Vite manifest. Exits 1 above the budget. Run after `npm run build`.
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const BUDGET_START_KB = 60;
const BUDGET_FIRST_MESSAGE_KB = 35;
const BUDGET_REQUESTS = 8;
const BUDGET_SCREEN_KB = 20;
/** With Markdown. */
const BUDGET_SHARED_KB = 40;
const BUDGET_OPEN_CHAT_KB = 30;

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
const keyOf = (file) => Object.keys(manifest).find((each) => each.endsWith(file));
// Fetched when the page has been drawn: every screen within a chat has it.
const openChat = [
  ...closure(keyOf('src/open-chats.ts')),
  ...closure(keyOf('src/messages/turns/zh-CN.ts')),
].filter((each) => !heaviest.includes(each));
/** What a lazy screen adds, with its texts where it has some of its own. @param there What is there before. */
function screen(file, part, there = heaviest) {
  const key = keyOf(file);
  const texts = Object.keys(manifest).find((each) => each.endsWith(`src/messages/${part}/zh-CN.ts`));
  return [...new Set([...closure(key), ...(part ? closure(texts) : [])])].filter(
    (each) => !there.includes(each),
  );
}

const inChat = [...heaviest, ...openChat];
const firstMessage = screen('markdown/Markdown.svelte', '', inChat);
// + the icon and GET /api/config
const signIn = screen('sign-in/SignInPage.svelte', '');
// + the icon, GET /api/config and GET /api/models
const requests = heaviest.length + 3;

const report = [
  ['start-up kB br', kB(heaviest), BUDGET_START_KB],
  ['start-up requests', requests, BUDGET_REQUESTS],
  ['first message adds kB br', kB(firstMessage), BUDGET_FIRST_MESSAGE_KB],
  ['open chat adds kB br', kB(openChat), BUDGET_OPEN_CHAT_KB],
  ['gate adds kB br', kB(screen('access-code/GatePage.svelte', '')), BUDGET_SCREEN_KB],
  ['sign-in in all kB br', kB(heaviest) + kB(signIn), BUDGET_START_KB],
  ['sign-in requests', heaviest.length + signIn.length + 2, BUDGET_REQUESTS],
  ['offline notes add kB br', kB(screen('offline/OfflineNotes.svelte', 'offline')), BUDGET_SCREEN_KB],
  ['account adds kB br', kB(screen('account/AccountSettings.svelte', 'accounts')), BUDGET_SCREEN_KB],
  ['model picker adds kB br', kB(screen('model-picker/ModelPanel.svelte', 'models')), BUDGET_SCREEN_KB],
  ['prompts and presets add kB br', kB(screen('src/LibraryHost.svelte', 'prompts')), BUDGET_SCREEN_KB],
  ['sidebar tools add kB br', kB(screen('tools/Tools.svelte', 'sidebar')), BUDGET_SCREEN_KB],
  ['composer tools add kB br', kB(screen('composer/ComposerTools.svelte', 'attachments')), BUDGET_SCREEN_KB],
  [
    'message files add kB br',
    kB(screen('conversation/MessageFiles.svelte', 'attachments', inChat)),
    BUDGET_SCREEN_KB,
  ],
  ['realtime adds kB br', kB(screen('server-api/realtime-link.ts', '')), BUDGET_SCREEN_KB],
  ['settings add kB br', kB(screen('settings/Settings.svelte', 'settings', inChat)), BUDGET_SCREEN_KB],
  [
    'chat tools add kB br',
    kB(screen('src/ChatTools.svelte', 'share', [...inChat, ...firstMessage])),
    BUDGET_SCREEN_KB,
  ],
  ['shared chat adds kB br', kB(screen('share/SharedPage.svelte', 'share')), BUDGET_SHARED_KB],
  [
    'failed answer adds kB br',
    kB(screen('conversation/FailedAnswer.svelte', 'failures', inChat)),
    BUDGET_SCREEN_KB,
  ],
  ...[
    ['code tools', 'markdown/CodeTools.svelte'],
    ['table and image tools', 'markdown/dress-block.ts'],
    ['diagram', 'markdown/Diagram.svelte'],
    ['preview', 'markdown/HtmlPreview.svelte'],
  ].map(([name, file]) => [
    `${name} adds kB br`,
    kB(screen(file, 'blocks', [...inChat, ...firstMessage])),
    BUDGET_SCREEN_KB,
  ]),
  ['chat settings add kB br', kB(screen('chat-settings/ChatSettings.svelte', 'chat')), BUDGET_SCREEN_KB],
  ['temporary note adds kB br', kB(screen('src/TemporaryNote.svelte', 'chat')), BUDGET_SCREEN_KB],
];
for (const file of heaviest) console.log(`  ${kB([file]).toFixed(1).padStart(6)}  ${file}`);
for (const [name, value, budget] of report)
  console.log(`${value > budget ? 'OVER' : 'ok  '} ${name}: ${Number(value.toFixed(1))} (budget ${budget})`);
process.exit(report.some(([, value, budget]) => value > budget) ? 1 : 0);
