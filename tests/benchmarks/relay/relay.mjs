// Measures the relay beside nginx and another AI gateway: node relay.mjs <folder with OpenWebUi> <folder with stub and load> [rounds]
// Every round measures every target, slice by slice in turn, so that whatever else the machine does meets all of them; a ratio is
// taken within its round, and the median of the rounds is shown. Exit code 1 where a floor is missed.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { answers, freePort, gateway, loadCore, nginx, ours, processorSeconds, residentMegabytes, start, startPinned } from './targets.mjs';
import { median, report } from './report.mjs';

const [folder, tools] = [resolve(process.argv[2]), resolve(process.argv[3])];
const rounds = Number(process.argv[4] ?? 5);
const work = mkdtempSync(join(tmpdir(), 'openwebui-relay-'));

/** Runs the load generator. */
function load(target, [connections, chunks, everyMicroseconds, seconds, rampMilliseconds]) {
  const headers = Object.entries(target.headers).map(([name, value]) => `${name}: ${value}`);
  const child = spawn('taskset', ['-c', loadCore, join(tools, 'load'), target.port, connections, chunks, everyMicroseconds, seconds, rampMilliseconds, ...headers].map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { next: async () => (await lines.next()).value, end: () => child.stdin.end() };
}

async function slice(target, pace) {
  const before = target.pid ? processorSeconds(target.pid) : 0;
  const result = JSON.parse(await load(target, pace).next());
  return { ...result, processor: target.pid ? processorSeconds(target.pid) - before : 0 };
}

//                connections, chunks, µs between them, seconds (0: one stream each), ramp in ms
const paces = {
  one: [1, 1, 0, 2, 0], // time to the first byte
  chunks: [1, 400, 3_000, 0, 0], // age of a chunk
  many: [64, 1, 0, 3, 0], // streams a second
  slow: [1000, 100, 50_000, 0, 1_000], // 20,000 chunks a second, evenly spread
};

/** What a thousand streams that say nothing take, in a process that has done nothing else before. */
async function parked(target) {
  const running = await start(target);
  await delay(2_000);
  const idle = residentMegabytes(running.pid);
  const streams = load(target, [1000, 2, 60_000_000, -1, 1_000]);
  if ((await streams.next()) !== 'parked 1000') throw new Error(`${target.name}: not all streams came`);
  await delay(3_000);
  const full = residentMegabytes(running.pid);
  streams.end();
  await running.stop();
  return { idle, full };
}

const running = [];
try {
  const stubPort = await freePort();
  const stub = startPinned(loadCore, [join(tools, 'stub'), stubPort].map(String), { log: join(work, 'stub.log') });
  running.push(stub);
  while (!(await answers(stubPort, {}))) {
    if (!stub.alive()) throw new Error('the stub did not come up');
    await delay(10);
  }

  const direct = { name: 'direct', port: stubPort, headers: {} };
  const relays = [await nginx(stubPort, work), await ours(stubPort, work, join(folder, 'OpenWebUi')), await gateway(stubPort, work, import.meta.dirname)];
  console.log(`${new Date().toISOString().slice(0, 10)}  ${cpus().length} x ${cpus()[0].model}, load ${loadavg().map((l) => l.toFixed(1)).join(' ')}, ${rounds} rounds`);

  const once = {};
  for (const relay of relays) {
    const starts = [];
    for (let i = 0; i < 4; i++) {
      const started = await start(relay);
      await started.stop();
      if (i > 0) starts.push(started.milliseconds);
    }

    once[relay.name] = { start: median(starts), ...await parked(relay) };
  }

  const targets = [direct];
  for (const relay of relays) {
    const started = await start(relay);
    running.push(started);
    targets.push({ ...relay, pid: started.pid });
    // Just-in-time compilers optimize what runs often, and take a while, on one core that is busy above all.
    for (const pace of ['many', 'one', 'slow', ...Array(6).fill('many'), 'chunks', ...Array(4).fill('many')]) await slice(targets.at(-1), paces[pace]);
  }

  const measured = [];
  for (let round = 0; round < rounds; round++) {
    const results = Object.fromEntries(targets.map((target) => [target.name, {}]));
    for (const [name, pace] of Object.entries(paces)) {
      for (const target of targets) results[target.name][name] = await slice(target, pace);
    }

    measured.push(results);
    if (process.env.VERBOSE) console.log(JSON.stringify(results));
  }

  for (const target of targets.slice(1)) once[target.name].worn = residentMegabytes(target.pid);
  process.exitCode = report(measured, once) ? 0 : 1;
} finally {
  for (const process of running.reverse()) await process.stop();
  if (process.env.KEEP) console.log(`logs: ${work}`);
  else rmSync(work, { recursive: true, force: true });
}
