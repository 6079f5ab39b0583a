// What a turn and the last page of a chat take, by the length of the chat: starts <folder>/OpenWebUi on SQLite with a provider
// of its own, stores chats of 10, 1,000 and 10,000 messages, and takes turns in them in rotation. Exit code 1 where a goal is missed.
// Usage: node tests/benchmarks/turns.mjs <publish folder>
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const goals = { turnRatio: 1.3, pageMilliseconds: 100 };
const rounds = 3;
const turnsInARound = 20;
const lengths = [10, 1_000, 10_000];
const folder = resolve(process.argv[2]);
const data = mkdtempSync(join(tmpdir(), 'openwebui-turns-'));

const provider = createServer((request, response) => {
  request.resume().on('end', () => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      response.end('{"object":"list","data":[{"id":"m","object":"model"}]}');
      return;
    }

    response.setHeader('content-type', 'text/event-stream');
    response.end(`data: {"choices":[{"index":0,"delta":{"content":"${'a'.repeat(400)}"},"finish_reason":null}]}\n\n` +
      'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
  });
});
const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));
const providerPort = await listen(provider);
const placeholder = createServer();
const port = await listen(placeholder);
await new Promise((done) => placeholder.close(done));

const app = spawn(join(folder, 'OpenWebUi'), {
  cwd: folder,
  env: {
    PATH: process.env.PATH, HOST: '127.0.0.1', PORT: `${port}`, DATA_DIR: data, WEBUI_AUTH: 'false', CHAT_CONTEXT_TOKENS: '1000', ENABLE_TITLE_GENERATION: 'false',
    OPENAI_API_BASE_URL: `http://127.0.0.1:${providerPort}/v1`, OPENAI_API_KEY: 'x', ENABLE_OLLAMA_API: 'false',
  },
  stdio: 'ignore',
});
const url = `http://127.0.0.1:${port}`;
const post = async (path, body) => {
  const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path} ${answer.status} ${await answer.text()}`);
  return answer;
};

async function make(length) {
  const messages = {};
  for (let i = 0; i < length; i++) {
    messages[`m${i}`] = {
      id: `m${i}`, parentId: i ? `m${i - 1}` : null, childrenIds: i < length - 1 ? [`m${i + 1}`] : [],
      role: i % 2 ? 'assistant' : 'user', content: 'x'.repeat(400), timestamp: 1, done: true,
    };
  }

  const answer = await post('/api/v1/chats/new', { chat: { title: `${length}`, history: { currentId: `m${length - 1}`, messages } } });
  return { length, id: (await answer.json()).id, last: `m${length - 1}`, turns: 0, best: Infinity, page: Infinity };
}

async function turn(chat) {
  const id = `${chat.length}-${chat.turns++}`;
  const start = performance.now();
  const answer = await post('/api/chat/completions', {
    model: 'm', stream: true, chat_id: chat.id, parent_id: chat.last, user_message: { id: `u${id}`, content: 'q'.repeat(400) }, id: `a${id}`,
  });
  await answer.text();
  chat.last = `a${id}`;
  return performance.now() - start;
}

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
try {
  for (let i = 0; i < 200 && !(await fetch(`${url}/health`).catch(() => null))?.ok; i++) await delay(50);
  const chats = [];
  for (const length of lengths) chats.push(await make(length));
  for (let i = 0; i < 40; i++) for (const chat of chats) await turn(chat); // the code is warm, the window is known
  for (let round = 0; round < rounds; round++) {
    const times = chats.map(() => []);
    for (let i = 0; i < turnsInARound; i++) for (const [at, chat] of chats.entries()) times[at].push(await turn(chat));
    for (const [at, chat] of chats.entries()) chat.best = Math.min(chat.best, median(times[at]));
  }

  for (const chat of chats) {
    for (let i = 0; i < rounds; i++) {
      const start = performance.now();
      await (await fetch(`${url}/api/v1/chats/${chat.id}/branch?limit=40`)).text();
      chat.page = Math.min(chat.page, performance.now() - start);
    }
  }

  console.log(`${new Date().toISOString().slice(0, 10)}  ${cpus().length} x ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}; best of ${rounds} medians of ${turnsInARound} turns`);
  for (const chat of chats) {
    console.log(`${String(chat.length).padStart(6)} messages  turn ${chat.best.toFixed(2)} ms = ${(chat.best / chats[0].best).toFixed(2)} x that at 10   last page ${chat.page.toFixed(1)} ms`);
  }

  const longest = chats.at(-1);
  process.exitCode = longest.best > goals.turnRatio * chats[0].best || longest.page > goals.pageMilliseconds ? 1 : 0;
  console.log(process.exitCode ? 'A goal is missed.' : `goals met: turn at 10,000 <= ${goals.turnRatio} x, last page < ${goals.pageMilliseconds} ms`);
} finally {
  app.kill('SIGKILL');
  provider.close();
  rmSync(data, { recursive: true, force: true });
}
