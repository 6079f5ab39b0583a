import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { showLanguage } from '../../../shared/language/language.svelte';
import { ready } from '../settings-text';
import { ImportRun } from './import-run.svelte';

type Sent = { chat: { title: string } }[];
let answers: ((chats: Sent) => Response | null)[] = [];
let sent: Sent[] = [];

const all = (chats: Sent) =>
  Response.json({ imported: chats.map(({ chat }) => ({ id: chat.title, title: chat.title })), failed: [] });
const row = (title: string) => ({ id: 'x', title, chat: { title, history: { messages: {} } } });
const stream = (text: string) =>
  ({ size: text.length, stream: () => new Response(text).body ?? new Response(' ').body }) as unknown as File;

beforeAll(async () => {
  await showLanguage('en');
  await ready();
});

beforeEach(() => {
  answers = [];
  sent = [];
  vi.stubGlobal('fetch', (_address: string, init: RequestInit) => {
    const { chats } = JSON.parse(String(init.body)) as { chats: Sent };
    sent.push(chats);
    const answer = (answers.shift() ?? all)(chats);
    return answer === null ? Promise.reject(new Error('no network')) : Promise.resolve(answer);
  });
});

describe('ImportRun', () => {
  it('imports rows and old chats in parts', async () => {
    const run = new ImportRun();
    const rows = [...Array.from({ length: 25 }, (_, at) => row(`${at}`)), { title: 'old', messages: [] }];
    await run.start(stream(JSON.stringify(rows)));
    expect([run.state, run.imported, run.failed, sent.map((part) => part.length)]).toEqual([
      'done',
      26,
      [],
      [20, 6],
    ]);
  });

  it('tells what is broken and imports the rest', async () => {
    const run = new ImportRun();
    answers = [
      (chats) => Response.json({ imported: [chats[0]], failed: [{ index: 1, detail: 'a circle' }] }),
    ];
    await run.start(
      stream(`[${JSON.stringify(row('a'))},{"b":,},3,{"mapping":{}},${JSON.stringify(row('c'))}]`),
    );
    expect(run.imported).toBe(1);
    expect(run.failed.map(({ number, title }) => [number, title])).toEqual([
      [2, ''],
      [3, ''],
      [4, ''],
      [5, 'c'],
    ]);
    expect(run.failed[3]?.reason).toBe('a circle');
  });

  it('tries a part that is refused item by item', async () => {
    const run = new ImportRun();
    const refuse = () => Response.json({ detail: 'too large' }, { status: 413 });
    answers = [refuse, all, refuse];
    await run.start(stream(JSON.stringify([row('a'), row('b')])));
    expect([run.imported, run.failed.map(({ number, reason }) => [number, reason])]).toEqual([
      1,
      [[2, 'too large']],
    ]);
  });

  it('stops where the server is lost, and goes on behind what it has', async () => {
    const run = new ImportRun();
    answers = [all, () => null];
    await run.start(stream(JSON.stringify(Array.from({ length: 30 }, (_, at) => row(`${at}`)))));
    expect([run.state, run.imported]).toEqual(['stopped', 20]);
    sent = [];
    await run.goOn();
    expect([run.state, run.imported, sent.map((part) => part.map(({ chat }) => chat.title))]).toEqual([
      'done',
      30,
      [Array.from({ length: 10 }, (_, at) => `${at + 20}`)],
    ]);
  });

  it.each(['hello', ''])('says that %j is no export', async (text) => {
    const run = new ImportRun();
    await run.start(stream(text));
    expect(run.failed).toHaveLength(1);
  });
});
