import { File as FileOfNode } from 'node:buffer';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Found } from '../../prompts/import-file';
import { showLanguage } from '../../../shared/language/language.svelte';
import { ready } from '../settings-text';
import { textsOf } from './file-texts';
import { ImportRun } from './import-run.svelte';
import { readMoved } from './read-moved';

type Sent = { chat: { title: string } }[];
let answers: ((chats: Sent) => Response | null)[] = [];
let sent: Sent[] = [];
let taken: Found[] = [];

const all = (chats: Sent) =>
  Response.json({
    imported: chats.map(({ chat }) => ({ id: chat.title, title: chat.title })),
    known: [],
    failed: [],
  });
const row = (title: string) => ({ id: 'x', title, chat: { title, history: { messages: {} } } });
// jsdom's files cannot be read.
const fileOf = (text: string) => new FileOfNode([text], 'chats.json') as unknown as File;
const options = { baseModel: 'm', newId: (name: string) => name, exampleHeading: 'Examples' };
const start = (): ImportRun =>
  new ImportRun(() =>
    Promise.resolve({
      textsOf,
      read: (texts) => readMoved(texts, options),
      take: (found: Found[]) => {
        taken = found;
        return Promise.resolve(found.map((item) => (item.kind === 'broken' ? 'why' : '')));
      },
    }),
  );

async function run(text: string): Promise<ImportRun> {
  const begun = start();
  await begun.look(fileOf(text));
  await begun.begin();
  return begun;
}

beforeAll(async () => {
  await showLanguage('en');
  await ready();
});

beforeEach(() => {
  answers = [];
  sent = [];
  taken = [];
  vi.stubGlobal('fetch', (_address: string, init: RequestInit) => {
    const { chats } = JSON.parse(String(init.body)) as { chats: Sent };
    sent.push(chats);
    const answer = (answers.shift() ?? all)(chats);
    return answer === null ? Promise.reject(new Error('no network')) : Promise.resolve(answer);
  });
});

describe('ImportRun', () => {
  it('says what is in a file before it imports anything', async () => {
    const begun = start();
    await begun.look(fileOf(JSON.stringify([row('a'), { title: 'old', messages: [] }, 3, { mapping: {} }])));
    expect([begun.state, begun.any, begun.counts, sent]).toEqual([
      'found',
      true,
      { chats: { 'open-webui': 2 }, prompts: 0, presets: 0, empty: 1 },
      [],
    ]);
    expect(begun.failed.map(({ number }) => number)).toEqual([3]);
  });

  it('imports rows and old chats in parts', async () => {
    const rows = [...Array.from({ length: 25 }, (_, at) => row(`${at}`)), { title: 'old', messages: [] }];
    const { state, imported, failed } = await run(JSON.stringify(rows));
    expect([state, imported, failed, sent.map((part) => part.length)]).toEqual(['done', 26, [], [20, 6]]);
  });

  it('tells what is broken and imports the rest', async () => {
    answers = [
      (chats) =>
        Response.json({ imported: [chats[0]], known: [], failed: [{ index: 1, detail: 'a circle' }] }),
    ];
    const { imported, failed } = await run(
      `[${JSON.stringify(row('a'))},{"b":,},3,{"mapping":3},${JSON.stringify(row('c'))}]`,
    );
    expect(imported).toBe(1);
    expect(failed.map(({ number, title }) => [number, title])).toEqual([
      [2, ''],
      [3, ''],
      [4, ''],
      [5, 'c'],
    ]);
    expect(failed[3]?.reason).toBe('a circle');
  });

  it('counts what is here already', async () => {
    answers = [() => Response.json({ imported: [], known: [{ index: 0, id: 'x' }], failed: [] })];
    const { imported, known } = await run(JSON.stringify([row('a')]));
    expect([imported, known]).toEqual([0, 1]);
  });

  it('tries a part that is refused item by item', async () => {
    const refuse = () => Response.json({ detail: 'too large' }, { status: 413 });
    answers = [refuse, all, refuse];
    const { imported, failed } = await run(JSON.stringify([row('a'), row('b')]));
    expect([imported, failed.map(({ number, reason }) => [number, reason])]).toEqual([1, [[2, 'too large']]]);
  });

  it('stops where the server is lost, and goes on behind what it has', async () => {
    answers = [all, () => null];
    const begun = await run(JSON.stringify(Array.from({ length: 30 }, (_, at) => row(`${at}`))));
    expect([begun.state, begun.imported]).toEqual(['stopped', 20]);
    sent = [];
    await begun.goOn();
    expect([begun.state, begun.imported, sent.map((part) => part.map(({ chat }) => chat.title))]).toEqual([
      'done',
      30,
      [Array.from({ length: 10 }, (_, at) => `${at + 20}`)],
    ]);
  });

  it("takes a NextChat backup's chats, masks and prompts", async () => {
    const backup = {
      'access-control': { openaiApiKey: 'sk-secret' },
      'chat-next-web-store': {
        sessions: [
          {
            id: 's1',
            topic: 'Tea',
            lastUpdate: 1_700_000_000_000,
            messages: [{ role: 'user', content: 'Hi' }],
          },
          { id: 's2', topic: 'New Conversation', messages: [] },
          { id: 's3', topic: 'Torn', messages: 3 },
        ],
      },
      'mask-store': {
        masks: {
          a: { id: 'a', name: 'Cook', context: [{ role: 'system', content: 'You cook.' }] },
          b: { id: 'b', name: 'Own', builtin: true, context: [] },
          c: { id: 'c', name: '' },
        },
      },
      'prompt-store': { prompts: { p: { id: 'p', title: 'Short', content: 'Be short', isUser: true } } },
    };
    const begun = await run(JSON.stringify(backup));
    expect(begun.counts).toEqual({ chats: { nextchat: 1 }, prompts: 1, presets: 1, empty: 1 });
    expect([begun.imported, begun.taken]).toEqual([1, 2]);
    expect(begun.failed.map(({ number, title }) => [number, title])).toEqual([
      [3, 'Torn'],
      [5, 'c'],
    ]);
    expect(taken.map(({ label }) => label)).toEqual(['Cook', 'c', 'Short']);
    expect(JSON.stringify(sent)).not.toContain('sk-secret');
  });

  it.each(['hello', ''])('says that %j is no export', async (text) => {
    const begun = start();
    await begun.look(fileOf(text));
    expect([begun.failed.length, begun.any]).toEqual([1, false]);
  });

  it('takes a single chat', async () => {
    expect((await run(JSON.stringify(row('a'), null, 2))).imported).toBe(1);
  });
});
