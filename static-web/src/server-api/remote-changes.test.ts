import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chatNews, type ChatNews } from './chat-news';
import { RemoteChanges } from './remote-changes';

const entry = { title: 'From elsewhere', updated_at: 2, created_at: 1, pinned: false, archived: false };
let asked: string[];
let heard: ChatNews[];
let stop: () => void;

beforeEach(() => {
  asked = [];
  heard = [];
  stop = chatNews.listen((news, own) => void (own || heard.push(news)));
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url);
    const id = url.split('/')[4];
    const body = { chat: { id, ...entry, currentId: null, user_id: 'u' }, messages: [], before: null };
    return Promise.resolve(new Response(JSON.stringify(body), { status: id === 'gone' ? 404 : 200 }));
  });
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('changes of other browsers', () => {
  it('become news with what the site says of the chat', async () => {
    const changes = new RemoteChanges();
    changes.take({ chatId: 'c1', what: ['renamed'] });
    await settle();
    expect(asked).toEqual(['/api/v1/chats/c1/branch?limit=1']);
    expect(heard).toEqual([{ kind: 'entry', entry: { id: 'c1', ...entry, folder_id: null, tags: [] } }]);
  });

  it('refresh an open chat where messages changed', async () => {
    new RemoteChanges().take({ chatId: 'c1', what: ['turn-ended'] });
    await settle();
    expect(heard.map(({ kind }) => kind)).toEqual(['entry', 'changed']);
  });

  it('take a chat away without asking, and one that is not there', async () => {
    const changes = new RemoteChanges();
    changes.take({ chatId: 'c1', what: ['deleted'] });
    changes.take({ chatId: 'gone', what: ['renamed'] });
    await settle();
    expect(asked).toEqual(['/api/v1/chats/gone/branch?limit=1']);
    expect(heard).toEqual([
      { kind: 'removed', id: 'c1' },
      { kind: 'removed', id: 'gone' },
    ]);
  });

  it('ask when a chat was deleted and brought back at once', async () => {
    new RemoteChanges().take({ chatId: 'c1', what: ['deleted', 'restored'] });
    await settle();
    expect(heard).toEqual([{ kind: 'restored', entry: { id: 'c1', ...entry, folder_id: null, tags: [] } }]);
  });

  it('of this browser are no news, but of another kind they are, and after a while', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const changes = new RemoteChanges();
    chatNews.tell({ kind: 'entry', entry: { id: 'c1', title: 'Mine' } });
    chatNews.tell({ kind: 'running', id: 'c1', running: false });
    changes.take({ chatId: 'c1', what: ['renamed', 'turn-ended'] });
    await settle();
    expect(asked).toEqual([]);
    changes.take({ chatId: 'c1', what: ['renamed', 'pinned'] });
    changes.take({ chatId: 'c2', what: ['renamed'] });
    await settle();
    expect(asked).toHaveLength(2);
    vi.setSystemTime(Date.now() + 6000);
    changes.take({ chatId: 'c1', what: ['renamed'] });
    await settle();
    expect(asked).toHaveLength(3);
  });

  it('are not taken for echoes of each other', async () => {
    const changes = new RemoteChanges();
    changes.take({ chatId: 'c1', what: ['renamed'] });
    await settle();
    changes.take({ chatId: 'c1', what: ['renamed'] });
    await settle();
    expect(asked).toHaveLength(2);
  });

  it('of many chats are one look at all', async () => {
    const changes = new RemoteChanges();
    for (let i = 0; i < 20; i++) changes.take({ chatId: `c${i}`, what: ['created'] });
    await settle();
    expect(asked).toHaveLength(1);
    expect(heard.map(({ kind }) => kind)).toEqual(['entry', 'missed']);
  });
});
