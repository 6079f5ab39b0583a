import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Chat, Message } from './chat.svelte';
import { beyond, keptAnswers } from './kept-answers';
import { restoreKept, RunningAnswer } from './running-answer';

const raw = (content: string, reasoning = '') => ({ content, reasoning });

function answer(content: string, state: Message['state'] = 'interrupted'): Message {
  const message = new Message({ id: 'a1', role: 'assistant', text: content, state });
  message.raw = raw(content);
  return message;
}

/** The server's `seen` route; returns what it was sent. */
function serveSeen(status = 200): { url: string; body: unknown }[] {
  const sent: { url: string; body: unknown }[] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    const body = JSON.parse(String(init.body)) as object;
    sent.push({ url, body });
    const stored = { id: 'a1', parentId: 'u1', role: 'assistant', state: 'interrupted', ...body };
    return Promise.resolve(new Response(JSON.stringify(stored), { status }));
  });
  return sent;
}

beforeEach(() => sessionStorage.clear());
afterEach(() => vi.unstubAllGlobals());

describe('beyond', () => {
  it.each([
    [raw('Hello there'), raw('Hello'), true],
    [raw('Hello'), raw('Hello'), false],
    [raw('Hel'), raw('Hello'), false],
    [raw('Help me'), raw('Hello'), false],
    [raw('', 'hm, so'), raw('', 'hm'), true],
    [raw('Hi', 'hm'), raw('', 'hm'), true],
    [raw('Hi', 'other'), raw('', 'hm'), false],
  ])('of %o over %o: %s', (held, stored, goesOn) => {
    expect(beyond(held, stored)).toEqual(goesOn ? held : null);
  });

  it('is nothing when nothing was kept', () => {
    expect(beyond(null, raw('Hello'))).toBeNull();
  });
});

describe('restoreKept', () => {
  it('shows and gives back what an interrupted answer lost', async () => {
    const sent = serveSeen();
    keptAnswers.write('a1', { chatId: 'c1', ...raw('Hello there') });
    const message = answer('Hello');
    restoreKept(message);
    expect(message.text).toBe('Hello there');
    expect(sent).toEqual([{ url: '/api/v1/chats/c1/messages/a1/seen', body: raw('Hello there') }]);
    await vi.waitFor(() => expect(keptAnswers.read('a1')).toBeNull());
    expect(message.state).toBe('interrupted');
  });

  it('keeps it while the server cannot be reached', async () => {
    const sent = serveSeen(503);
    keptAnswers.write('a1', { chatId: 'c1', ...raw('Hello there') });
    restoreKept(answer('Hello'));
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(keptAnswers.read('a1')).toMatchObject(raw('Hello there'));
  });

  it.each(['done', 'stopped', 'failed'] as const)('takes the server’s word for a %s answer', (state) => {
    const sent = serveSeen();
    keptAnswers.write('a1', { chatId: 'c1', ...raw('Hello there') });
    const message = answer('Hello', state);
    restoreKept(message);
    expect(message.text).toBe('Hello');
    expect(sent).toEqual([]);
    expect(keptAnswers.read('a1')).toBeNull();
  });

  it('goes on from the kept text of an answer that still runs', () => {
    keptAnswers.write('a1', { chatId: 'c1', ...raw('Hello there') });
    const message = answer('Hello', 'streaming');
    restoreKept(message);
    expect(message.raw).toEqual(raw('Hello there'));
    expect(keptAnswers.read('a1')).not.toBeNull();
  });
});

describe('RunningAnswer', () => {
  const watch = { begun: () => {}, title: () => {}, settled: () => {} };
  const running = (message: Message) => new RunningAnswer(new Chat('c1'), message, watch);

  it('gives back what the server has not when the answer is interrupted under it', async () => {
    const sent = serveSeen();
    const message = answer('', 'streaming');
    const following = running(message);
    following.begun({ chatId: 'c1', messageId: 'a1' });
    following.part('content', 'Hello there');
    following.settled({
      state: 'interrupted',
      sequence: 5,
      finish: '',
      reasoningMs: null,
      usage: null,
      failure: null,
    });
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]?.body).toEqual(raw('Hello there'));
    expect(message).toMatchObject({ state: 'interrupted', text: 'Hello there' });
  });

  it('reads the text again when the server has more than came', async () => {
    const stored = { id: 'a1', parentId: 'u1', role: 'assistant', content: 'Hello there', state: 'done' };
    vi.stubGlobal('fetch', () =>
      Promise.resolve(new Response(JSON.stringify({ chat: {}, messages: [stored], before: null }))),
    );
    const message = answer('', 'streaming');
    const following = running(message);
    following.begun({ chatId: 'c1', messageId: 'a1' });
    following.part('content', 'Hello');
    following.settled({
      state: 'done',
      sequence: 11,
      finish: 'stop',
      reasoningMs: null,
      usage: null,
      failure: null,
    });
    await vi.waitFor(() => expect(message.state).toBe('done'));
    expect(message.text).toBe('Hello there');
  });

  it('keeps its text over a reload, throttled', () => {
    vi.useFakeTimers();
    const following = running(answer('', 'streaming'));
    following.begun({ chatId: 'c1', messageId: 'a1' });
    for (const word of ['Hello', ' there']) following.part('content', word);
    expect(keptAnswers.read('a1')).toBeNull();
    vi.advanceTimersByTime(1000);
    expect(keptAnswers.read('a1')).toEqual({ chatId: 'c1', ...raw('Hello there') });
    vi.useRealTimers();
  });
});
