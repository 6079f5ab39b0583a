// Starts <folder>/OpenWebUi as the Functions host does: one warm-up, then 10 runs; the time from spawn to the first 200 on
// /health, and the resident memory 2 s later. Exit code 1 where a goal is missed.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
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

async function run() {
  const port = await freePort();
  const env = { PATH: process.env.PATH, DATA_DIR: data, FUNCTIONS_CUSTOMHANDLER_PORT: `${port}` };
  const start = performance.now();
  const app = spawn(join(folder, 'OpenWebUi'), { cwd: folder, env, stdio: 'ignore' });
  const exited = new Promise((done) => app.on('exit', done));
  while ((await health(port)) !== 200) {
    if (app.exitCode !== null || performance.now() - start > 30_000) throw new Error('the app did not come up');
    await delay(1);
  }

  const milliseconds = performance.now() - start;
  await delay(2_000);
  const status = readFileSync(`/proc/${app.pid}/status`, 'utf8');
  const megabytes = Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
  app.kill('SIGKILL');
  await exited;
  return { milliseconds, megabytes };
}

const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

await run();
const runs = [];
for (let i = 0; i < 10; i++) runs.push(await run());
rmSync(data, { recursive: true });

const times = runs.map((r) => r.milliseconds);
const sizes = runs.map((r) => r.megabytes);
const time = median(times);
const size = median(sizes);
console.log(`${new Date().toISOString().slice(0, 10)}  ${cpus().length} x ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`);
console.log(`executable       ${(statSync(join(folder, 'OpenWebUi')).size / 1024 / 1024).toFixed(1)} MB`);
console.log(`start to 200     median ${time.toFixed(0)} ms, least ${Math.min(...times).toFixed(0)}, most ${Math.max(...times).toFixed(0)}  (goal < ${goals.milliseconds})`);
console.log(`resident, idle   median ${size.toFixed(1)} MB, most ${Math.max(...sizes).toFixed(1)}  (goal < ${goals.megabytes})`);
process.exitCode = time < goals.milliseconds && size < goals.megabytes ? 0 : 1;
