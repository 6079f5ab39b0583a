// Whether the time of a refusal tells that there is an account: starts <folder>/OpenWebUi on SQLite, makes accounts, and signs in
// with an unknown e-mail and with a wrong password in turn. Exit code 1 where the medians are more than 10 % apart.
// Usage: node tests/benchmarks/sign-in-timing.mjs <folder with OpenWebUi or OpenWebUi.dll> [rounds]
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const goal = 0.1;
const folder = resolve(process.argv[2]);
const rounds = Number(process.argv[3] ?? 150);
const data = mkdtempSync(join(tmpdir(), 'openwebui-timing-'));
const placeholder = createServer();
const port = await new Promise((done) => placeholder.listen(0, '127.0.0.1', () => done(placeholder.address().port)));
await new Promise((done) => placeholder.close(done));

const command = existsSync(join(folder, 'OpenWebUi')) ? [join(folder, 'OpenWebUi')] : ['dotnet', join(folder, 'OpenWebUi.dll')];
const app = spawn(command[0], command.slice(1), {
  cwd: data,
  env: { PATH: process.env.PATH, HOME: process.env.HOME, HOST: '127.0.0.1', PORT: `${port}`, DATA_DIR: data, ENABLE_OLLAMA_API: 'false', FORWARDED_ALLOW_IPS: '127.0.0.1' },
  stdio: 'ignore',
});
const url = `http://127.0.0.1:${port}`;
let caller = 0;

/** Each call comes from an address of its own, so that nobody is locked out. */
async function post(path, body) {
  caller++;
  const started = performance.now();
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': `10.${(caller >> 16) & 255}.${(caller >> 8) & 255}.${caller & 255}` },
    body: JSON.stringify(body),
  });
  await answer.arrayBuffer();
  return { status: answer.status, milliseconds: performance.now() - started };
}

const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

try {
  for (let tries = 0; ; tries++) {
    try {
      if ((await fetch(`${url}/health`)).ok) break;
    } catch (error) {
      if (tries > 1_200 || app.exitCode !== null) throw error;
    }

    await delay(25);
  }

  // An account for each five guesses: more at one would be held up.
  const people = Math.ceil(rounds / 5) + 1;
  for (let i = 0; i < people; i++) {
    const { status } = await post('/api/v1/auths/signup', { name: `Person ${i}`, email: `person${i}@example.com`, password: 'correct horse battery' });
    if (status !== 200) throw new Error(`sign-up: ${status}`);
  }

  const [unknown, wrong] = [[], []];
  for (let round = -5; round < rounds; round++) {
    const i = Math.floor((round + 5) / 5);
    const calls = [
      async () => [unknown, await post('/api/v1/auths/signin', { email: `nobody${i}@example.com`, password: 'not the password' })],
      async () => [wrong, await post('/api/v1/auths/signin', { email: `person${i}@example.com`, password: 'not the password' })],
    ];
    // In turn, and each of them first as often: whatever else this machine does meets both.
    for (const call of round % 2 === 0 ? calls : calls.reverse()) {
      const [times, { status, milliseconds }] = await call();
      if (status !== 400) throw new Error(`sign-in: ${status}`);
      if (round >= 0) times.push(milliseconds);
    }
  }

  const [a, b] = [median(unknown), median(wrong)];
  const apart = Math.abs(a - b) / Math.min(a, b);
  console.log(`${new Date().toISOString().slice(0, 10)}  ${cpus().length} x ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}, ${rounds} rounds`);
  console.log(`unknown e-mail   median ${a.toFixed(1)} ms, least ${Math.min(...unknown).toFixed(1)}`);
  console.log(`wrong password   median ${b.toFixed(1)} ms, least ${Math.min(...wrong).toFixed(1)}`);
  console.log(`apart            ${(apart * 100).toFixed(1)} %  (goal < ${goal * 100} %)`);
  process.exitCode = apart < goal ? 0 : 1;
} finally {
  app.kill('SIGKILL');
  await delay(100);
  rmSync(data, { recursive: true, force: true });
}
