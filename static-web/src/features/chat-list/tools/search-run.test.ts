import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { highlight, SearchRun } from './search-run.svelte';

const hit = (id: string) => ({ id, title: id, snippet: id, hit: { in: 'text', start: 0, length: 1 } });
let stretches: Record<string, { hits: unknown[]; next?: string; status?: number }>;
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  vi.stubGlobal('fetch', (url: string) => {
    const query = new URL(url, 'http://x').searchParams;
    const key = `${query.get('text')} ${query.get('after')}`;
    asked.push(key);
    const { hits, next, status = 200 } = stretches[key] ?? { hits: [] };
    const headers: Record<string, string> = next ? { 'x-openwebui-next': next } : {};
    return Promise.resolve(new Response(JSON.stringify(hits), { status, headers }));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function typed(...texts: string[]): Promise<SearchRun> {
  const run = new SearchRun();
  for (const text of texts) run.type(text);
  await vi.advanceTimersByTimeAsync(1000);
  return run;
}

describe('SearchRun', () => {
  it('shows titles, then texts, each chat once', async () => {
    stretches = {
      'cat ': { hits: [hit('a')], next: 'm' },
      'cat m': { hits: [], next: 'm.1' },
      'cat m.1': { hits: [hit('a'), hit('b')] },
    };
    const run = await typed('c', 'ca', 'cat');
    expect(asked).toEqual(['cat ', 'cat m', 'cat m.1']);
    expect(run.hits.map(({ id }) => id)).toEqual(['a', 'b']);
    expect([run.state, run.rest]).toEqual(['done', false]);
  });

  it('asks the reader before it looks through everything', async () => {
    stretches = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`x ${n === 0 ? '' : `m${n}`}`, { hits: [], next: `m${n + 1}` }]),
    );
    const run = await typed('x');
    expect([asked.length, run.rest, run.state]).toEqual([25, true, 'done']);
    run.goOn();
    await vi.advanceTimersByTimeAsync(1000);
    expect([asked.length, run.rest]).toEqual([41, false]);
  });

  it('looks for nothing where nothing is asked', async () => {
    const run = await typed('cat', '  ');
    expect([asked.length, run.state]).toEqual([0, 'idle']);
  });

  it('says that it failed and tries again where it was', async () => {
    stretches = { 'cat ': { hits: [hit('a')], next: 'm' }, 'cat m': { hits: [], status: 503 } };
    const run = await typed('cat');
    expect(run.state).toBe('failed');
    stretches['cat m'] = { hits: [hit('b')] };
    run.goOn();
    await vi.advanceTimersByTimeAsync(1000);
    expect(run.hits.map(({ id }) => id)).toEqual(['a', 'b']);
  });
});

describe('highlight', () => {
  it.each([
    ['A Zebra crossing', 'zebra', 'A [Zebra] crossing'],
    ['去里斯本旅行吧', '里斯本 旅行', '去[里斯本][旅行]吧'],
    ['a+b (c)', 'a+b (c', '[a+b] [(c])'],
    ['plain', 'tag:x pinned:true', 'plain'],
  ])('marks in %s the words of %s', (text, words, shown) => {
    const pieces = highlight(text, words).map(({ text: piece, marked }) => (marked ? `[${piece}]` : piece));
    expect(pieces.join('')).toBe(shown);
  });
});
