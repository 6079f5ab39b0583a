import { afterEach, describe, expect, it, vi } from 'vitest';
import { ATTEMPTS, followAnswer, type Follower, type Settled } from './follow-answer';
import type { Turn } from './turns';

const PARTS: ['content' | 'reasoning', string][] = [
  ['reasoning', 'hm, é'],
  ['content', 'Hello '],
  ['content', '漢字 and 😀 '],
  ['content', 'the end'],
];
const TEXT = PARTS.map(([, text]) => text).join('');
const turn: Turn = { model: 'm', id: 'a1', user_message: { id: 'u1', content: 'hi' }, parent_id: null };

function event(body: object, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(body)}\n\n`;
}

/** The answer's stream from a sequence on, as the server writes it. */
function streamFrom(sequence: number): string {
  let out = event(
    {
      choices: [{ delta: { content: '' } }],
      openwebui: { chat_id: 'c1', message_id: 'a1', state: 'running', sequence },
    },
    sequence,
  );
  let at = 0;
  for (const [channel, text] of PARTS) {
    const fresh = text.slice(Math.max(0, sequence - at));
    at += text.length;
    const delta = channel === 'content' ? { content: fresh } : { reasoning_content: fresh };
    if (fresh !== '') out += `: keep-alive\n\n${event({ choices: [{ delta }] }, at)}`;
  }
  out += event({
    choices: [{ delta: {}, finish_reason: 'stop' }],
    openwebui: { state: 'done', sequence: at },
  });
  return `${out}${event({ choices: [], openwebui: { title: 'A title' } })}data: [DONE]\n\n`;
}

class Page implements Follower {
  text = '';
  parts: Record<'content' | 'reasoning', string> = { content: '', reasoning: '' };
  ends: Settled[] = [];
  titles: string[] = [];
  chatIds = new Set<string>();
  get sequence(): number {
    return this.text.length;
  }
  begun = ({ chatId }: { chatId: string }) => void this.chatIds.add(chatId);
  part(channel: 'content' | 'reasoning', text: string): void {
    this.text += text;
    this.parts[channel] += text;
  }
  settled = (settled: Settled) => void this.ends.push(settled);
  title = (title: string) => void this.titles.push(title);
  link = () => {};
}

interface Sent {
  method: string;
  url: string;
  body: string;
}

/** A server whose n-th connection is cut after so many bytes, the last given number holding for all that follow. */
function serve(cuts: number[], answer = streamFrom, error = false): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => {
    const from = Number(new URL(url, 'http://x').searchParams.get('from') ?? 0);
    sent.push({ method: init.method ?? 'GET', url, body: String(init.body ?? '') });
    const bytes = new TextEncoder().encode(answer(from));
    const cut = cuts[Math.min(sent.length - 1, cuts.length - 1)] ?? Infinity;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.slice(0, cut));
        if (cut < bytes.length && error) controller.error(new TypeError('network'));
        else controller.close();
      },
    });
    return Promise.resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }));
  });
  return sent;
}

const follow = (page: Follower, target: Parameters<typeof followAnswer>[0] = { turn }) =>
  followAnswer(target, page, new AbortController().signal, () => Promise.resolve());

afterEach(() => vi.unstubAllGlobals());

describe('followAnswer', () => {
  it.each([false, true])(
    'has every character once, wherever the first connection is cut (by error: %s)',
    async (error) => {
      const whole = new TextEncoder().encode(streamFrom(0)).length;
      for (let cut = 0; cut <= whole; cut++) {
        const sent = serve([cut, Infinity], streamFrom, error);
        const page = new Page();
        expect(await follow(page), `cut at ${cut}`).toEqual({ kind: 'settled' });
        expect(page.text, `cut at ${cut}`).toBe(TEXT);
        expect(page.parts.reasoning).toBe('hm, é');
        expect(page.ends).toEqual([
          {
            state: 'done',
            sequence: TEXT.length,
            finish: 'stop',
            failure: null,
            reasoningMs: null,
            usage: null,
          },
        ]);
        // Until the acknowledgment the same turn is sent again, afterwards never.
        const posts = sent.filter(({ method }) => method === 'POST');
        expect(new Set(posts.map(({ body }) => body)).size).toBe(1);
        if (page.chatIds.size > 0 && sent.length > 1 && posts.length === 1) {
          expect(sent[1]?.url).toMatch(/^\/api\/v1\/chats\/c1\/messages\/a1\/stream\?from=\d+$/);
        }
      }
    },
  );

  it('has every character once when every connection carries one event only', async () => {
    const bytes = (text: string) => new TextEncoder().encode(text).length;
    const begun = bytes(streamFrom(0).split(': keep-alive')[0] ?? '');
    for (let more = 110; more < 200; more++) {
      const sent = serve([begun + more]);
      const page = new Page();
      expect(await follow(page), `${more}`).toEqual({ kind: 'settled' });
      expect(page.text, `${more}`).toBe(TEXT);
      expect(sent.length).toBeGreaterThan(1);
    }
  });

  it('cuts off what it has already when the server begins earlier', async () => {
    serve([Infinity], () => streamFrom(0));
    const page = new Page();
    page.part('reasoning', TEXT.slice(0, 3));
    await follow(page, { chatId: 'c1', messageId: 'a1' });
    expect(page.text).toBe(TEXT);
  });

  it('notices a missing part', async () => {
    serve([Infinity], () => streamFrom(8));
    expect(await follow(new Page())).toEqual({ kind: 'gap' });
  });

  it('gives up after a bounded number of attempts without progress', async () => {
    const sent = serve([0]);
    expect(await follow(new Page())).toEqual({ kind: 'lost' });
    expect(sent).toHaveLength(ATTEMPTS + 1);
  });

  it('asks again while the server starts, and takes any other refusal for one', async () => {
    const statuses = [503, 502, 413];
    vi.stubGlobal('fetch', () =>
      Promise.resolve(new Response('{"error":{"message":"no"}}', { status: statuses.shift() ?? 500 })),
    );
    expect(await follow(new Page())).toMatchObject({
      kind: 'refused',
      failure: { status: 413, message: 'no' },
    });
  });

  it('tells a deleted chat from a refusal', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { status: 404 })));
    expect(await follow(new Page(), { chatId: 'c1', messageId: 'a1' })).toEqual({ kind: 'gone' });
    expect(await follow(new Page())).toMatchObject({ kind: 'refused' });
  });

  it('tells an interrupted answer with where its stored text ends', async () => {
    const error = { error: { message: 'gone', type: 'x' }, openwebui: { state: 'interrupted', sequence: 2 } };
    serve([Infinity], () => event(error));
    const page = new Page();
    page.part('content', 'more');
    expect(await follow(page, { chatId: 'c1', messageId: 'a1' })).toEqual({ kind: 'settled' });
    expect(page.ends[0]).toMatchObject({ state: 'interrupted', sequence: 2 });
  });

  it('takes a title that comes after the end', async () => {
    serve([Infinity]);
    const page = new Page();
    await follow(page);
    expect(page.titles).toEqual(['A title']);
  });

  it('leaves when the caller does', async () => {
    const leave = new AbortController();
    vi.stubGlobal('fetch', (_url: string, init: RequestInit) => {
      queueMicrotask(() => leave.abort());
      return new Promise((_, reject) =>
        init.signal?.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    });
    expect(await followAnswer({ turn }, new Page(), leave.signal)).toEqual({ kind: 'left' });
  });
});
