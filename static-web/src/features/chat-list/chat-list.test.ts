import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showLanguage } from '../../shared/language/language.svelte';
import { toasts } from '../../shared/toasts/toasts.svelte';
import { ChatList } from './chat-list.svelte';

const now = Math.floor(Date.now() / 1000);
const entry = (id: string, ago = 0, more: object = {}) => ({
  id,
  title: id,
  updated_at: now - ago,
  created_at: now - ago,
  pinned: false,
  archived: false,
  ...more,
});

type Answer = { body: unknown; next?: string; status?: number };
let answers: Record<string, Answer>;
let asked: string[];

async function shown(): Promise<ChatList> {
  const list = new ChatList(() => {});
  await vi.waitFor(() => expect(list.state).not.toBe('loading'));
  return list;
}

const rows = (list: ChatList) =>
  list.groups.map(({ label, chats }) => `${label}: ${chats.map(({ title }) => title)}`);

beforeEach(async () => {
  await showLanguage('en');
  toasts.shown = [];
  asked = [];
  answers = {
    'GET /api/v1/chats/?page=1': { body: [entry('a'), entry('b')], next: 'x' },
    'GET /api/v1/chats/?after=x': { body: [entry('c', 60)] },
    'GET /api/v1/chats/pinned': { body: [entry('p', 9, { pinned: true })] },
  };
  vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => {
    const key = `${init.method ?? 'GET'} ${url}`;
    asked.push(key);
    const { body, next, status = 200 } = answers[key] ?? { body: {}, status: 500 };
    const headers = next === undefined ? {} : { 'x-openwebui-next': next };
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers }));
  });
});
afterEach(() => vi.unstubAllGlobals());

describe('ChatList', () => {
  it('shows pinned chats first, then the others by date, page by page', async () => {
    const list = await shown();
    expect(rows(list)).toEqual(['Pinned: p', 'Today: b,a']);
    expect(list.more).toBe('yes');
    list.loadMore();
    await vi.waitFor(() => expect(list.more).toBe('no'));
    expect(list.groups.flatMap(({ chats }) => chats).map(({ id }) => id)).toEqual(['p', 'b', 'a', 'c']);
  });

  it('asks for a page once, and again after a failure', async () => {
    const list = await shown();
    answers['GET /api/v1/chats/?after=x'] = { body: {}, status: 503 };
    list.loadMore();
    list.loadMore();
    await vi.waitFor(() => expect(list.more).toBe('failed'));
    expect(asked.filter((one) => one.includes('after='))).toHaveLength(1);
    answers['GET /api/v1/chats/?after=x'] = { body: [] };
    list.loadMore();
    await vi.waitFor(() => expect(list.more).toBe('no'));
  });

  it('says that it could not load, and loads when asked again', async () => {
    const pinned = answers['GET /api/v1/chats/pinned'];
    delete answers['GET /api/v1/chats/pinned'];
    const list = await shown();
    expect(list.state).toBe('failed');
    if (pinned) answers['GET /api/v1/chats/pinned'] = pinned;
    list.reload();
    await vi.waitFor(() => expect(list.state).toBe('ready'));
  });

  it.each([
    ['renamed', (list: ChatList) => list.keeping.rename('a', 'new'), 'Today: b,new', 'POST /api/v1/chats/a'],
    ['pinned', (list: ChatList) => list.keeping.togglePin('a'), 'Pinned: a,p', 'POST /api/v1/chats/a/pin'],
    ['archived', (list: ChatList) => list.keeping.archive('a'), 'Today: b', 'POST /api/v1/chats/a/archive'],
    ['deleted', (list: ChatList) => list.remove('a'), 'Today: b', 'DELETE /api/v1/chats/a'],
  ])(
    'shows a chat as %s at once, and takes it back with a word when that fails',
    async (_, act, at_once, request) => {
      const list = await shown();
      const before = rows(list);
      act(list);
      expect(rows(list)).toContain(at_once);
      await vi.waitFor(() => expect(rows(list)).toEqual(before));
      expect(asked).toContain(request);
      expect(toasts.shown.at(-1)?.text).toMatch(/could not/);
    },
  );

  it('deletes at once and restores on undo', async () => {
    answers['DELETE /api/v1/chats/a'] = { body: true };
    answers['POST /api/v1/chats/a/restore'] = { body: entry('a') };
    const list = await shown();
    list.remove('a');
    expect(asked.at(-1)).toBe('DELETE /api/v1/chats/a');
    toasts.shown.at(-1)?.action?.run();
    await vi.waitFor(() => expect(rows(list)).toContain('Today: b,a'));
    expect(asked.at(-1)).toBe('POST /api/v1/chats/a/restore');
  });
});
