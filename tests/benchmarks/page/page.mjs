// Usage: page.sh. Prints a table; exit code 1 where a goal that gates is missed (docs/performance.md says which and why).
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import lighthouse, { desktopConfig } from 'lighthouse';
import puppeteer from 'puppeteer-core';
import { startSite } from './site.mjs';

const [folder, rounds] = [resolve(process.argv[2]), Number(process.argv[3] ?? 3)];
const LONG = 200;
const rows = [];
let missed = false;
/** @param good Absent: the figure is reported, it fails nothing. */
function row(name, value, goal, good) {
  rows.push([name, value, goal, good === undefined ? '' : good ? 'ok' : 'MISSED']);
  if (good === false) missed = true;
}
const load = () => loadavg()[0].toFixed(1);
const round = (value, digits = 0) => Number(value.toFixed(digits));

console.log(`${cpus().length} x ${cpus()[0].model}, node ${process.version}, load ${load()}`);
const site = await startSite(folder);
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  defaultViewport: { width: 1280, height: 900 },
});

/** A page at an address of the site; nothing of an earlier one in memory, what the browser keeps is there. */
async function openAt(path, slowdown = 1) {
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(() => {
    const seen = (globalThis.seen = { tasks: [], frames: [], events: [], violations: 0, done: 0 });
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((e) => e.duration))).observe({ type: 'longtask' });
    new PerformanceObserver((list) => seen.events.push(...list.getEntries().filter((e) => e.interactionId).map((e) => e.duration)))
      .observe({ type: 'event', durationThreshold: 16 });
    addEventListener('securitypolicyviolation', () => seen.violations++);
  });
  await page.goto(site.url + path);
  await page.waitForSelector('[data-testid=composer-input]');
  if (slowdown > 1) await page.emulateCPUThrottling(slowdown);
  return page;
}

/** Sends a message in an open chat and stays until its answer is over. @param type Keys that are typed meanwhile. */
async function stream(path, slowdown, type = '') {
  const page = await openAt(path, slowdown);
  await page.waitForSelector('[data-role=assistant][data-state=done]');
  await page.waitForSelector('[data-testid=composer-input]');
  await delay(1000);
  await page.type('[data-testid=composer-input]', 'go');
  await page.waitForSelector('[data-testid=composer-send]:not(:disabled)');
  const before = await page.metrics();
  await page.evaluate(() => {
    seen.tasks.length = seen.events.length = 0;
    // Sought until it is there and then held: to seek it among two thousand elements in every frame would be measured too.
    let stop = null;
    const frame = (at) => {
      seen.frames.push(at);
      stop ??= document.querySelector('[data-testid=composer-stop]');
      if (stop && !stop.isConnected) seen.done = Date.now();
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await page.keyboard.press('Enter');
  for (const key of type) {
    await page.keyboard.press(key);
    await delay(120);
  }
  while (!(await page.evaluate(() => seen.done))) await delay(100);
  const after = await page.metrics();
  const found = await page.evaluate(() => ({ ...seen, text: [...document.querySelectorAll('.prose')].at(-1).textContent.length }));
  const client = await page.createCDPSession();
  await client.send('HeapProfiler.collectGarbage');
  const { JSHeapUsedSize } = await page.metrics();
  const steps = found.frames.slice(1).map((at, i) => at - found.frames[i]).sort((a, b) => a - b);
  const result = {
    longTasks: found.tasks.length,
    longest: Math.max(0, ...found.tasks),
    script: after.ScriptDuration - before.ScriptDuration,
    fps: (1000 * steps.length) / steps.reduce((sum, step) => sum + step, 0),
    p95: steps[Math.floor(steps.length * 0.95)],
    p99: steps[Math.floor(steps.length * 0.99)],
    tail: found.done - site.state.lastByte,
    inp: Math.max(0, ...found.events),
    violations: found.violations,
    heap: JSHeapUsedSize / 1e6,
    workers: page.workers().length,
  };
  await page.close();
  return result;
}

async function best(slowdown) {
  const runs = [];
  for (let i = 0; i < rounds; i++) runs.push(await stream(`/c/${await site.chat(LONG)}`, slowdown));
  return runs.sort((a, b) => a.longTasks - b.longTasks || a.longest - b.longest || a.script - b.script)[0];
}

try {
  for (const [slowdown, most, longest, script] of [[1, 0, 50, 2], [4, 3, 100, 4]]) {
    const run = await best(slowdown);
    const name = `5,000 tokens at 500/s in ${LONG} messages, ${slowdown}x`;
    row(`${name}: long tasks`, run.longTasks, `<= ${most}`, run.longTasks <= most);
    row(`${name}: longest, ms`, round(run.longest), `<= ${longest}`, run.longest <= longest);
    row(`${name}: script, s`, round(run.script, 2), `<= ${script}`, run.script <= script);
    row(`${name}: frames a second`, round(run.fps, 1), slowdown > 1 ? '>= 50' : '>= 58');
    row(`${name}: frame p95 / p99, ms`, `${round(run.p95, 1)} / ${round(run.p99, 1)}`, slowdown > 1 ? '34' : '17 / 34');
    row(`${name}: shown after the last byte, ms`, run.tail, '<= 100');
    row(`${name}: load`, load(), '');
    if (slowdown > 1) continue;
    row('JS heap after it, MB', round(run.heap, 1), '<= 60', run.heap <= 60);
    row('workers', run.workers, '<= 1', run.workers <= 1);
    row('violations of the content security policy', run.violations, '0', run.violations === 0);
  }

  const typed = [];
  for (let i = 0; i < rounds; i++) typed.push(await stream(`/c/${await site.chat(LONG)}`, 1, 'the quick brown fox jumps over it'.replaceAll(' ', '')));
  row('typing while it streams: INP, ms', Math.min(...typed.map(({ inp }) => inp)), '<= 100', Math.min(...typed.map(({ inp }) => inp)) <= 100);

  await open();
  await repeatVisit();
  for (const look of ['mobile', 'desktop']) await score(look);
} finally {
  await browser.close();
  site.stop();
}

/** From the press on the list to the last messages on the screen. */
async function open() {
  const id = await site.chat(LONG);
  const times = [];
  let elements = 0;
  for (let i = 0; i < rounds; i++) {
    const page = await openAt('/');
    await page.waitForSelector(`[data-chat="${id}"]`);
    await delay(1500);
    times.push(await page.evaluate((chat) => new Promise((done) => {
      document.querySelector(`[data-chat="${chat}"]`).click();
      const began = performance.now();
      const look = () => {
        if (!document.querySelector('[data-message=m199] .prose')) requestAnimationFrame(look);
        else requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
      };
      look();
    }), id));
    await delay(500);
    elements = await page.evaluate(() => document.querySelectorAll('*').length);
    await page.close();
  }
  row(`open a chat of ${LONG} messages, ms`, round(Math.min(...times)), '<= 300', Math.min(...times) <= 300);
  row('elements in it', elements, '<= 2500', elements <= 2500);
}

/** The process stands still, as an instance that is being started: it takes connections and says nothing. */
async function repeatVisit() {
  const first = await openAt('/');
  await first.waitForSelector('[data-testid=chat]');
  await first.evaluate(() => navigator.serviceWorker.ready);
  await delay(3000);
  await first.close();
  const paints = [];
  const lists = [];
  site.app.kill('SIGSTOP');
  for (let i = 0; i < rounds; i++) {
    const page = await browser.newPage();
    await page.goto(site.url, { waitUntil: 'domcontentloaded' }).catch(() => {});
    await page.waitForSelector('[data-testid=chat]');
    const { paint, list } = await page.evaluate(() => ({
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
      list: performance.now(),
    }));
    paints.push(paint);
    lists.push(list);
    await page.close();
  }
  site.app.kill('SIGCONT');
  const shown = Math.min(...lists);
  row('repeat visit, server asleep: first paint, ms', round(Math.min(...paints)), '<= 300', Math.min(...paints) <= 300);
  row('repeat visit, server asleep: list there, ms', round(shown), '<= 300', shown <= 300);
}

async function score(look) {
  const goals = { performance: look === 'mobile' ? 95 : 100, accessibility: 100, 'best-practices': 100 };
  const port = Number(new URL(browser.wsEndpoint()).port);
  const runs = [];
  for (let i = 0; i < rounds; i++) {
    runs.push((await lighthouse(site.url, { port, onlyCategories: Object.keys(goals), output: 'json' }, look === 'desktop' ? desktopConfig : undefined)).lhr);
  }
  const lhr = runs.sort((a, b) => b.categories.performance.score - a.categories.performance.score)[0];
  if (process.env.KEEP) writeFileSync(`${process.env.KEEP}/lighthouse-${look}.json`, JSON.stringify(lhr, null, 1));
  for (const [category, goal] of Object.entries(goals)) {
    const points = Math.round(lhr.categories[category].score * 100);
    row(`Lighthouse ${lhr.lighthouseVersion} ${look}: ${category}`, points, `>= ${goal}`, points >= goal);
  }
  const at = (audit) => `${(lhr.audits[audit].numericValue / 1000).toFixed(2)} s`;
  row(`Lighthouse ${look}: FCP / LCP / TTI`, ['first-contentful-paint', 'largest-contentful-paint', 'interactive'].map(at).join(' / '), '1.2 / 1.5 / 1.8');
  if (look === 'mobile') row("the machine's benchmarkIndex (Lighthouse)", round(lhr.environment.benchmarkIndex), '');
  row(`Lighthouse ${look}: TBT, ms / kB`, `${round(lhr.audits['total-blocking-time'].numericValue)} / ${round(lhr.audits['total-byte-weight'].numericValue / 1000)}`, '50');
}

const width = (at) => Math.max(...rows.map((cells) => String(cells[at]).length));
for (const cells of rows) console.log(cells.map((cell, at) => String(cell).padEnd(width(at))).join('  ').trimEnd());
process.exit(missed ? 1 : 0);
