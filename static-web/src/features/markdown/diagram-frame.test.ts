import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DiagramJob, DiagramNews } from '../../frames/frame-messages';
import { showLanguage } from '../../shared/language/language.svelte';
import { ready } from './block-text';
import { drawDiagram } from './diagram-frame';

await showLanguage('en');
await ready();

const frames = () => [...document.querySelectorAll<HTMLIFrameElement>('iframe.diagram-frame')];
const jobs: DiagramJob[] = [];

/** What the frame's document would say. */
function say(news: DiagramNews, from = frames()[0]): void {
  window.dispatchEvent(new MessageEvent('message', { data: news, source: from?.contentWindow ?? null }));
}

async function opened(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  const view = frames()[0]?.contentWindow;
  if (view) vi.spyOn(view, 'postMessage').mockImplementation((job: DiagramJob) => void jobs.push(job));
  say({ kind: 'ready' });
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  // The frame goes when it has been idle.
  await vi.advanceTimersByTimeAsync(120_000);
  expect(frames()).toEqual([]);
  vi.useRealTimers();
  jobs.length = 0;
});

describe('pain 13: the frame that draws', () => {
  it('is sandboxed with an origin of its own, and what it sends is an image', async () => {
    const drawing = drawDiagram('pie', 'light');
    await opened();
    expect(frames()[0]?.getAttribute('sandbox')).toBe('allow-scripts');
    expect(jobs.map((job) => job.source)).toEqual(['pie']);
    const id = jobs[0]?.id ?? 0;
    // Another window's word, and another job's, are not heard.
    window.dispatchEvent(
      new MessageEvent('message', { data: { kind: 'failed', id, reason: 'x' }, source: window }),
    );
    say({ kind: 'drawn', id: id + 1, svg: 'other', width: 1, height: 1 });
    say({ kind: 'drawn', id, svg: '<svg a="#"/>', width: 20, height: 10 });
    expect(await drawing).toMatchObject({
      kind: 'drawn',
      address: 'data:image/svg+xml,%3Csvg%20a%3D%22%23%22%2F%3E',
      width: 20,
    });
    // Shown again, it is not drawn again.
    expect((await drawDiagram('pie', 'light')).kind).toBe('drawn');
    expect(jobs).toHaveLength(1);
  });

  it('is thrown away when a drawing never ends, and the next diagram gets a new one', async () => {
    const endless = drawDiagram('endless', 'light');
    const next = drawDiagram('next', 'light');
    await opened();
    const first = frames()[0];
    await vi.advanceTimersByTimeAsync(10_000);
    const failed = await endless;
    expect(failed.kind === 'failed' && failed.reason()).toBe('It took longer than 10 s.');
    await opened();
    expect(frames()).toHaveLength(1);
    expect(frames()[0]).not.toBe(first);
    say({
      kind: 'failed',
      id: jobs.at(-1)?.id ?? 0,
      reason: "Parse error on line 3:\n...A[\n----^\nExpecting 'X'",
    });
    const fault = await next;
    expect(fault.kind === 'failed' && fault.reason()).toBe('Parse error on line 3:\n...A[\n----^');
  });

  it('says so when it cannot be loaded', async () => {
    const drawing = drawDiagram('offline', 'dark');
    await vi.advanceTimersByTimeAsync(30_000);
    const failed = await drawing;
    expect(failed.kind === 'failed' && failed.reason()).toBe('The drawing tool could not be loaded.');
  });
});
