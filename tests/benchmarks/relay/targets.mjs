// What is measured: the provider stub itself, nginx as the yardstick, our published executable, and another AI gateway.
// A target is started on a port of its own, pinned to core 1; stub and load generator have core 0.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const localhost = '127.0.0.1';
export const loadCore = '0';
const relayCore = '1';

export const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, localhost, () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

/** Runs on one core. What it prints goes to a file, as it would with a service. */
export function startPinned(core, command, { env = {}, cwd, log } = {}) {
  const out = openSync(log, 'a');
  const child = spawn('taskset', ['-c', core, ...command], { cwd, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, stdio: ['ignore', out, out] });
  closeSync(out);
  const exited = new Promise((done) => child.on('exit', done));
  return { pid: child.pid, alive: () => child.exitCode === null && child.signalCode === null, stop: async () => { child.kill('SIGTERM'); await Promise.race([exited, delay(5_000)]); child.kill('SIGKILL'); await exited; } };
}

/** @returns every process of a target: nginx works in a child. */
function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(family)];
}

/** @returns processor time so far, in seconds: user and system, all threads (the kernel counts in hundredths). */
export const processorSeconds = (pid) => family(pid).reduce((sum, id) => {
  const fields = readFileSync(`/proc/${id}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return sum + (Number(fields[11]) + Number(fields[12])) / 100;
}, 0);

export const residentMegabytes = (pid) => family(pid).reduce((sum, id) => sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))[1]) / 1024, 0);

/** One stream of one chunk. @returns whether it came whole. */
export async function answers(port, headers) {
  try {
    const answer = await fetch(`http://${localhost}:${port}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"model":"stub","stream":true,"max_tokens":1,"messages":[{"role":"user","content":"Say what time it is."}]}',
    });
    return (await answer.text()).includes('[DONE]') && answer.status === 200;
  } catch {
    return false;
  }
}

/** Starts a target. @returns it, and how many milliseconds it took until the first stream came through. */
export async function start(target) {
  const began = performance.now();
  const running = target.run();
  while (!(await answers(target.port, target.headers))) {
    if (!running.alive() || performance.now() - began > 30_000) throw new Error(`${target.name} did not come up; its log is ${target.log}`);
    await delay(1);
  }

  return { ...running, milliseconds: performance.now() - began };
}

export async function nginx(stubPort, folder) {
  const port = await freePort();
  const configuration = join(folder, 'nginx.conf');
  const log = join(folder, 'nginx.log');
  writeFileSync(configuration, `
    daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${log} warn; worker_rlimit_nofile 20000;
    events { worker_connections 8192; }
    http {
      access_log off; tcp_nodelay on; keepalive_requests 100000000;
      client_body_temp_path ${folder}/nginx-body; proxy_temp_path ${folder}/nginx-proxy; fastcgi_temp_path ${folder}/nginx-1; uwsgi_temp_path ${folder}/nginx-2; scgi_temp_path ${folder}/nginx-3;
      upstream stub { server ${localhost}:${stubPort}; keepalive 2048; keepalive_requests 100000000; }
      server {
        listen ${localhost}:${port} backlog=4096;
        location / { proxy_pass http://stub; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_read_timeout 600s; }
      }
    }`);
  return { name: 'nginx', port, headers: {}, log, run: () => startPinned(relayCore, ['/usr/sbin/nginx', '-p', folder, '-c', configuration], { log }) };
}

/** Our executable with accounts, and a personal API key of one. */
export async function ours(stubPort, folder, executable, environment = {}, name = 'openwebui') {
  const port = await freePort();
  const data = join(folder, name);
  const log = join(folder, `${name}.log`);
  mkdirSync(data);
  const env = {
    HOST: localhost, PORT: `${port}`, DATA_DIR: data, OPENAI_API_BASE_URL: `http://${localhost}:${stubPort}/v1`, OPENAI_API_KEY: 'sk-stub',
    ENABLE_OLLAMA_API: 'false', ENABLE_API_KEYS: 'true', ...environment,
  };
  const target = { name, port, headers: {}, log, run: () => startPinned(relayCore, [executable], { env, cwd: data, log }) };

  const running = target.run();
  const url = `http://${localhost}:${port}`;
  const post = async (path, body, headers = {}) => {
    const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  for (let tries = 0; !(await fetch(`${url}/health`).then((answer) => answer.ok, () => false)); tries++) {
    if (tries > 600 || !running.alive()) throw new Error(`${name} did not come up; its log is ${log}`);
    await delay(25);
  }

  const { token } = await post('/api/v1/auths/signup', { name: 'Load', email: 'load@example.com', password: 'correct horse battery' });
  const { api_key: key } = await post('/api/v1/auths/api_keys', { name: 'load' }, { authorization: `Bearer ${token}` });
  await running.stop();
  if (await answersWithout(target)) throw new Error(`${name} answered without a key`);
  return { ...target, headers: { authorization: `Bearer ${key}` } };
}

/** A measured gate must be one: without the key it has to refuse. */
async function answersWithout(target) {
  const open = target.run();
  for (let tries = 0; !(await fetch(`http://${localhost}:${target.port}/health`).then((answer) => answer.ok, () => false)) && tries < 600; tries++) await delay(25);
  const answered = await answers(target.port, {});
  await open.stop();
  return answered;
}

export async function gateway(stubPort, folder, packages) {
  const port = await freePort();
  const log = join(folder, 'gateway.log');
  const script = join(packages, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  return {
    name: 'gateway', port, log,
    headers: { authorization: 'Bearer sk-stub', 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `http://${localhost}:${stubPort}/v1` },
    run: () => startPinned(relayCore, [process.execPath, script, `--port=${port}`, '--headless'], { log, cwd: folder, env: { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: localhost } }),
  };
}
