// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { FileText } from './file-texts';
import { readMoved } from './read-moved';

const options = { baseModel: 'm', newId: (name: string) => name, exampleHeading: 'Examples' };
const MEGABYTE = 1024 * 1024;

/** Bytes that nobody holds: made when they are asked for. */
function made(size: number, begin: string, item: (at: number) => string, end: string): FileText {
  const encoder = new TextEncoder();
  let [at, bytes] = [0, 0];
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const text = bytes >= size ? end : (at === 0 ? begin : ',') + item(at++);
      const chunk = encoder.encode(text);
      controller.enqueue(chunk);
      if (bytes >= size) controller.close();
      bytes += chunk.length;
    },
  });
  return { name: 'big.json', size, stream: () => Promise.resolve(stream) };
}

const said = 'words and more words 🙂 '.repeat(40_000);
const forms: [string, string, (at: number) => string, string][] = [
  [
    'an export of rows',
    '[',
    (at) => JSON.stringify({ id: `${at}`, chat: { title: `${at}`, history: { messages: {} }, said } }),
    ']',
  ],
  [
    'a NextChat backup',
    '{"app-config":{},"chat-next-web-store":{"sessions":[',
    (at) => JSON.stringify({ id: `${at}`, topic: `${at}`, messages: [{ role: 'user', content: said }] }),
    ']}}',
  ],
];

describe('readMoved', () => {
  it.each(forms)(
    'reads 200 MB of %s with one item held at a time',
    async (_, begin, item, end) => {
      const before = process.memoryUsage().heapUsed;
      let [chats, most, last] = [0, 0, 0];
      for await (const { items, percent } of readMoved([made(200 * MEGABYTE, begin, item, end)], options)) {
        chats += items.filter(({ moved }) => moved.kind === 'chat').length;
        expect(percent).toBeGreaterThanOrEqual(last);
        last = percent;
        most = Math.max(most, process.memoryUsage().heapUsed - before);
      }
      expect([chats > 100, last]).toEqual([true, 100]);
      // Of a file held whole it would be 200 and more.
      expect(most / MEGABYTE).toBeLessThan(150);
    },
    60_000,
  );

  it('numbers what stands in several texts on, and names a text that cannot be unpacked', async () => {
    const broken: FileText = {
      name: 'torn.json',
      size: 10,
      stream: () => Promise.resolve(new ReadableStream({ pull: (to) => to.error(new TypeError('deflate')) })),
    };
    const texts = [made(1, '[', () => '{"messages":[]}', ']'), broken, made(1, '[', () => '3', '')];
    const numbers: [number, string][] = [];
    for await (const { items } of readMoved(texts, options))
      for (const { number, moved } of items)
        numbers.push([number, moved.kind === 'broken' ? JSON.stringify(moved.why) : moved.kind]);
    expect(numbers).toEqual([
      [1, 'chat'],
      [2, '"zip"'],
      [3, '"torn"'],
    ]);
  });
});
