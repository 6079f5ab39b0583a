// Starts <folder>/OpenWebUi as the Functions host does: one warm-up, then 10 runs; the time from spawn to the first 200 on /health, on to
// the first event of a stream that is relayed from a provider, and the resident memory 2 s later. Exit code 1 where a goal is missed.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer as createProvider, request } from 'node:http';
import { createServer } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const goals = { milliseconds: 250, megabytes: 70 };
const folder = resolve(process.argv[2]);
const data = mkdtempSync(join(tmpdir(), 'openwebui-start-'));

const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

const health = (port) => new Promise((done) => {
  request({ host: '127.0.0.1', port, path: '/health', agent: false }, (answer) => {
    answer.resume();
    done(answer.statusCode);
  }).on('error', () => done(0)).end();
});

const provider = createProvider((asked, answer) => {
  asked.resume().on('end', () => {
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    answer.end('data: {"choices":[{"index":0,"delta":{"content":"Hello"}}]}\n\ndata: [DONE]\n\n');
  });
});
await new Promise((done) => provider.listen(0, '127.0.0.1', done));

/** @returns when the first event of a stream was there, by performance.now(). */
const firstEvent = (port) => new Promise((done, failed) => {
  const asked = request({ host: '127.0.0.1', port, path: '/v1/chat/completions', method: 'POST', agent: false, headers: { 'content-type': 'application/json' } }, (answer) => {
    let text = '';
    answer.on('data', (piece) => {
      text += piece;
      if (text.includes('Hello')) done(performance.now());
    }).on('end', () => failed(new Error(`no stream: ${answer.statusCode} ${text}`)));
  });
  asked.on('error', failed).end('{"model":"any","stream":true,"messages":[{"role":"user","content":"hello"}]}');
});

/** @param streams whether a stream is asked for; memory is that of an app that has only started. */
async function run(streams) {
  const port = await freePort();
  const env = {
    PATH: process.env.PATH, DATA_DIR: data, FUNCTIONS_CUSTOMHANDLER_PORT: `${port}`, WEBUI_AUTH: 'false', WEBUI_URL: `http://127.0.0.1:${port}`,
    BASE_URL: `http://127.0.0.1:${provider.address().port}/v1`,
  };
  const start = performance.now();
  const app = spawn(join(folder, 'OpenWebUi'), { cwd: folder, env, stdio: 'ignore' });
  const exited = new Promise((done) => app.on('exit', done));
  while ((await health(port)) !== 200) {
    if (app.exitCode !== null || performance.now() - start > 30_000) throw new Error('the app did not come up');
    await delay(1);
  }

  const milliseconds = performance.now() - start;
  const token = streams ? await firstEvent(port) - start : NaN;
  if (!streams) await delay(2_000);
  const status = readFileSync(`/proc/${app.pid}/status`, 'utf8');
  const megabytes = Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
  app.kill('SIGKILL');
  await exited;
  return { milliseconds, token, megabytes };
}

const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

await run(true);
const runs = [];
const streams = [];
for (let i = 0; i < 10; i++) {
  runs.push(await run(false));
  streams.push(await run(true));
}

rmSync(data, { recursive: true });
provider.close();

const times = [...runs, ...streams].map((r) => r.milliseconds);
const sizes = runs.map((r) => r.megabytes);
const time = median(times);
const tokens = streams.map((r) => r.token);
const size = median(sizes);
console.log(`${new Date().toISOString().slice(0, 10)}  ${cpus().length} x ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`);
console.log(`executable       ${(statSync(join(folder, 'OpenWebUi')).size / 1024 / 1024).toFixed(1)} MB`);
console.log(`start to 200     median ${time.toFixed(0)} ms, least ${Math.min(...times).toFixed(0)}, most ${Math.max(...times).toFixed(0)}  (goal < ${goals.milliseconds})`);
console.log(`to a token       median ${median(tokens).toFixed(0)} ms, least ${Math.min(...tokens).toFixed(0)}, most ${Math.max(...tokens).toFixed(0)}`);
console.log(`resident, idle   median ${size.toFixed(1)} MB, most ${Math.max(...sizes).toFixed(1)}  (goal < ${goals.megabytes})`);
process.exitCode = time < goals.milliseconds && size < goals.megabytes ? 0 : 1;
