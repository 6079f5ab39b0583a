// What one dead connection of three costs those who use the others: three sites from <folder>/OpenWebUi, one whose providers all
// live, one where the third refuses, one where it takes calls and never answers. The sites take turns, and a median is compared
// with that of the first. Exit code 1 where it is more than 10 % above.
// Usage: node tests/benchmarks/dead-connection.mjs <publish folder>
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const most = 1.1;
const rounds = 400;
const folder = resolve(process.argv[2]);
const data = mkdtempSync(join(tmpdir(), 'openwebui-dead-'));
const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));

const provider = (names) => createServer((request, response) => {
  request.resume().on('end', () => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data: names.map((id) => ({ id, object: 'model' })) }));
      return;
    }

    response.setHeader('content-type', 'text/event-stream');
    response.end('data: {"choices":[{"index":0,"delta":{"content":"yes"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
  });
});

const freePort = async () => {
  const placeholder = createServer();
  const port = await listen(placeholder);
  await new Promise((done) => placeholder.close(done));
  return port;
};
const [one, two, three] = await Promise.all([['a', 'shared'], ['b', 'shared'], ['c', 'shared']].map((names) => listen(provider(names))));
const silent = await listen(createTcpServer(() => {}));

async function site(name, ports) {
  const port = await freePort();
  mkdirSync(join(data, name));
  const app = spawn(join(folder, 'OpenWebUi'), {
    cwd: join(data, name),
    env: {
      PATH: process.env.PATH, HOST: '127.0.0.1', PORT: `${port}`, DATA_DIR: join(data, name), WEBUI_AUTH: 'false', ENABLE_OLLAMA_API: 'false',
      OPENAI_API_BASE_URLS: ports.map((p) => `http://127.0.0.1:${p}/v1`).join(';'), OPENAI_API_KEYS: 'x;y;z',
    },
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  const get = async (path) => {
    const answer = await fetch(url + path);
    if (!answer.ok) throw new Error(`${name} ${path} ${answer.status}`);
    return answer.text();
  };
  for (let tries = 0; !(await get('/health').then(() => true, () => false)); tries++) {
    if (tries > 600) throw new Error(`${name} did not come up`);
    await delay(25);
  }

  const ask = async (model) => {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'well?' }] }),
    });
    const text = await answer.text();
    if (!answer.ok || !text.includes('[DONE]')) throw new Error(`${name} ${model} ${answer.status} ${text}`);
  };
  const actions = {
    'page and what it asks first': async () => { await get('/'); await Promise.all(['/api/config', '/api/v1/auths/', '/api/models', '/api/v1/chats/list'].map((path) => get(path).catch(() => {}))); },
    'model list': () => get('/v1/models'),
    'answer of one that lives': () => ask('a'),
    'answer of a model on all three': () => ask('shared'),
  };
  return { name, app, actions, times: Object.fromEntries(Object.keys(actions).map((action) => [action, []])) };
}

const sites = [];
let isGood = true;
try {
  for (const [name, ports] of [['all live', [one, two, three]], ['one refuses', [one, two, await freePort()]], ['one is silent', [one, two, silent]]]) sites.push(await site(name, ports));
  const actions = Object.keys(sites[0].actions);
  // The first look at a silent one may take as long as promised; it is what comes after that is measured.
  for (let round = -100; round < rounds; round++) {
    for (const action of actions) {
      for (const { actions: own, times } of sites) {
        const began = performance.now();
        await own[action]();
        if (round >= 0) times[action].push(performance.now() - began);
      }
    }
  }

  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
  console.log(`${new Date().toISOString().slice(0, 10)}  ${cpus().length} x ${cpus()[0].model}, load ${loadavg().map((l) => l.toFixed(1)).join(' ')}, ${rounds} rounds\n`);
  console.log(`| median | all live (ms) | ${sites.slice(1).map((s) => `${s.name}, x`).join(' | ')} |\n|---|---|---|---|`);
  for (const action of actions) {
    const [base, ...others] = sites.map((s) => median(s.times[action]));
    const ratios = others.map((other) => other / base);
    isGood &&= ratios.every((ratio) => ratio <= most);
    console.log(`| ${action} | ${base.toFixed(2)} | ${ratios.map((r) => r.toFixed(2)).join(' | ')} |`);
  }
} finally {
  for (const { app } of sites) {
    app.kill('SIGTERM');
    await Promise.race([new Promise((done) => app.on('exit', done)), delay(5_000)]);
    app.kill('SIGKILL');
  }

  rmSync(data, { recursive: true, force: true });
}

process.exit(isGood ? 0 : 1);
