// What moving in takes: starts <folder>/OpenWebUi on an empty store, imports 500 chats of 100 turns as the page does, lists them, looks for a word of a
// title, a word of every text and a word that only the newest chat has, and exports all. Exit code 1 where first hits take longer than the goal, or
// something is missing. Variables of the environment that name a store (DATABASE_URL) are passed on.
// Usage: node tests/benchmarks/moving.mjs <folder with the OpenWebUi executable> [chats]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const goals = { firstHitMilliseconds: 300 };
const folder = resolve(process.argv[2]);
const chats = Number(process.argv[3] ?? 500);
const turns = 100;
const atOnce = 20;
const rounds = 15;
const data = mkdtempSync(join(tmpdir(), 'openwebui-moving-'));
const placeholder = createServer().listen(0, '127.0.0.1');
await new Promise((done) => placeholder.once('listening', done));
const { port } = placeholder.address();
await new Promise((done) => placeholder.close(done));

const stores = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(DATABASE_|STORAGE_PROVIDER|AzureWebJobsStorage)/.test(name)));
const app = spawn(join(folder, 'OpenWebUi'), {
  cwd: folder,
  env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: `${port}`, DATA_DIR: data, WEBUI_AUTH: 'false', ENABLE_OLLAMA_API: 'false', ...stores },
  stdio: 'ignore',
});
const url = `http://127.0.0.1:${port}`;
const root = '/api/v1/chats';
const read = async (path, init) => {
  const answer = await fetch(url + path, init);
  if (!answer.ok) throw new Error(`${path} ${answer.status} ${await answer.text()}`);
  return { body: await answer.json(), next: answer.headers.get('x-openwebui-next') };
};

function chatOf(number) {
  const messages = {};
  for (let at = 0; at < turns * 2; at++) {
    messages[`m${at}`] = {
      id: `m${at}`, parentId: at ? `m${at - 1}` : null, childrenIds: at < turns * 2 - 1 ? [`m${at + 1}`] : [], role: at % 2 ? 'assistant' : 'user',
      content: `${at === turns ? `everywhere middle-${number}` : 'words'} ${'and more of them '.repeat(at % 2 ? 40 : 8)}`, timestamp: 1_700_000_000 + number * 1000 + at,
    };
  }

  const time = 1_700_000_000 + number * 1000;
  return {
    id: `there-${number}`, created_at: time, updated_at: time,
    chat: { title: `Chat-${number}`, models: ['m'], history: { currentId: `m${turns * 2 - 1}`, messages } },
  };
}

/** Milliseconds until the first stretch with a hit, of one search. */
async function firstHit(text) {
  const begun = performance.now();
  for (let after = ''; after !== null;) {
    const { body, next } = await read(`${root}/search?text=${text}&after=${after}`);
    if (body.length > 0) return performance.now() - begun;
    after = next;
  }

  throw new Error(`${text} was not found.`);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const faults = [];
try {
  for (let tries = 0; ; tries++) {
    if (await fetch(`${url}/health`).then(({ ok }) => ok, () => false)) break;
    if (tries === 200) throw new Error('It does not start.');
    await delay(50);
  }

  console.log(`${cpus().length} x ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`);
  let begun = performance.now();
  for (let from = 0; from < chats; from += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, chats - from) }, (_, at) => chatOf(from + at));
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ chats: some }) };
    const { body } = await read(`${root}/import?report=true&known=skip`, init);
    if (body.imported.length !== some.length) throw new Error(JSON.stringify(body.failed));
  }
  console.log(`import of ${chats} chats of ${turns} turns: ${((performance.now() - begun) / 1000).toFixed(1)} s`);

  const searches = [['a word of a title', `Chat-${Math.floor(chats / 2)}`], ['a word of every text', 'everywhere'], ['a word of the newest chat', `middle-${chats - 1}`]];
  for (const [what, text] of searches) {
    const times = [];
    for (let round = 0; round < rounds; round++) times.push(await firstHit(text));
    console.log(`first hit, ${what}: ${median(times).toFixed(0)} ms (slowest ${Math.max(...times).toFixed(0)})`);
    if (median(times) > goals.firstHitMilliseconds) faults.push(`${what}: more than ${goals.firstHitMilliseconds} ms`);
  }
  console.log(`first hit, a word of the oldest chat alone, all are looked through: ${(await firstHit('middle-0')).toFixed(0)} ms`);

  const pages = [];
  for (let round = 0; round < rounds; round++) {
    begun = performance.now();
    await read(`${root}/?page=1`);
    pages.push(performance.now() - begun);
  }
  console.log(`first page of the list: ${median(pages).toFixed(1)} ms`);

  begun = performance.now();
  let exported = 0;
  for (let after = ''; after !== null;) {
    const part = await read(`${root}/all?limit=${atOnce}${after === '' ? '' : `&after=${after}`}`);
    exported += part.body.length;
    after = part.next;
  }
  console.log(`export: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  if (exported !== chats) faults.push(`${exported} of ${chats} chats were exported`);
} finally {
  app.kill();
  await new Promise((done) => app.once('exit', done));
  rmSync(data, { recursive: true, force: true });
}

for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
