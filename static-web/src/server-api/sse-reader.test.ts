import { describe, expect, it } from 'vitest';
import { CUT, readCompletion, type CompletionEvent } from './completions';
import { readEvents } from './sse-reader';

function streamOf(...chunks: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const BODY =
  ': keep-alive\n\ndata: {"a":"é漢😀"}\n\nevent: x\nid: 1\ndata: one\ndata:two\n\n: c\r\ndata: three\r\n\r\ndata\n\n';
const EVENTS = ['{"a":"é漢😀"}', 'one\ntwo', 'three', ''];

describe('readEvents', () => {
  it('reads the same events wherever the bytes are cut', async () => {
    const bytes = new TextEncoder().encode(BODY);
    for (let size = 1; size <= bytes.length; size++) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.slice(n * size, (n + 1) * size),
      );
      expect(await all(readEvents(streamOf(...chunks))), `chunks of ${size}`).toEqual(EVENTS);
    }
  });

  it('reads CR line ends', async () => {
    expect(await all(readEvents(streamOf('data: a\r\rdata: b\r\r')))).toEqual(['a', 'b']);
  });

  it('delivers a last event that lacks its blank line', async () => {
    expect(await all(readEvents(streamOf('data: a\n\ndata: b')))).toEqual(['a', 'b']);
  });

  it('cancels the stream when the listener leaves', async () => {
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('data: a\n\n')),
      cancel: () => void (cancelled = true),
    });
    const events = readEvents(stream);
    await events.next();
    await events.return();
    expect(cancelled).toBe(true);
  });
});

describe('readCompletion', () => {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ delta, finish_reason: finish }] })}\n\n`;
  const read = (...chunks: string[]) =>
    all<CompletionEvent>(readCompletion(streamOf(...chunks), 'api.example.com'));

  it('tells text and reasoning, and how it ended', async () => {
    const events = await read(
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning_content: 'hm' }),
      chunk({ reasoning: 'so' }),
      chunk({ content: 'Hi' }),
      chunk({}, 'length'),
      'data: [DONE]\n\n',
    );
    expect(events).toEqual([
      { kind: 'reasoning', text: 'hm' },
      { kind: 'reasoning', text: 'so' },
      { kind: 'text', text: 'Hi' },
      { kind: 'end', reason: 'length' },
    ]);
  });

  it('takes a finish_reason for an end when [DONE] is missing', async () => {
    expect((await read(chunk({ content: 'Hi' }), chunk({}, 'stop'))).at(-1)).toEqual({
      kind: 'end',
      reason: 'stop',
    });
  });

  it('tells a stream that just stops from one that ended', async () => {
    const last = (await read(chunk({ content: 'Hi' }))).at(-1);
    expect(last).toMatchObject({ kind: 'failure', failure: { type: CUT, connection: 'api.example.com' } });
  });

  it('hands on the provider’s message of an error event and reads no further', async () => {
    const events = await read(
      chunk({ content: 'Hi' }),
      'data: {"error":{"message":"overloaded","type":"server_error","param":null,"code":null}}\n\n',
      chunk({ content: 'never' }),
    );
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({
      kind: 'failure',
      failure: { message: 'overloaded', type: 'server_error' },
    });
  });

  it('skips what is not JSON, and chunks without choices', async () => {
    const events = await read(
      'data: oops\n\n',
      'data: {"usage":{}}\n\n',
      'data: {"choices":[]}\n\n',
      'data: [DONE]\n\n',
    );
    expect(events).toEqual([{ kind: 'end', reason: 'stop' }]);
  });
});
