import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Connection } from '../../../server-api/connections';
import { showLanguage } from '../../../shared/language/language.svelte';
import { toasts } from '../../../shared/toasts/toasts.svelte';
import { ready } from './connection-text';
import { ConnectionList } from './connection-list.svelte';
import { stateWords } from './words';

const make = (name: string, more: Partial<Connection> = {}): Connection => ({
  id: name,
  name,
  kind: 'openai',
  base_url: `http://${name}.lan/v1`,
  auth: 'none',
  key_count: 0,
  headers: {},
  organization: null,
  api_version: null,
  deployments: {},
  prefix_id: null,
  tags: [],
  model_ids: [],
  weight: 1,
  enabled: true,
  connection_type: 'local',
  group_ids: null,
  locked_by: null,
  version: 'W/1',
  status: { state: 'ok', reason: null, model_count: 3, cools_until: null },
  ...more,
});
const fixed = make('env-openai-1', { locked_by: 'OPENAI_API_BASE_URLS' });
let served: Connection[];
let refusal: number | null;
let sent: { url: string; body: unknown }[];

beforeEach(async () => {
  await showLanguage('en');
  await ready();
  toasts.shown = [];
  served = [fixed, make('a'), make('b'), make('c')];
  refusal = null;
  sent = [];
  vi.useFakeTimers();
  vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => {
    const json = (body: unknown, status = 200) =>
      Promise.resolve(new Response(JSON.stringify(body), { status }));
    if (init.method !== 'POST') {
      const on = { value: true, locked_by: null };
      return json({ connections: served, enable_openai_api: on, enable_ollama_api: on });
    }
    const body = JSON.parse(String(init.body)) as object;
    sent.push({ url, body });
    if (refusal !== null)
      return json({ type: 'urn:openwebui:problem/connection_changed', detail: 'No.' }, refusal);
    const one = served.find(({ id }) => url.endsWith(`/${id}`));
    return json(one ? { ...one, ...body, version: 'W/2' } : true);
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function loaded(): Promise<ConnectionList> {
  const list = new ConnectionList();
  await list.load();
  return list;
}
const order = (list: ConnectionList) => list.connections.map(({ id }) => id).join(' ');
const told = () => toasts.shown.map(({ text }) => text);

describe('ConnectionList', () => {
  it('moves one among those that the environment leaves alone, and saves once at the end', async () => {
    const list = await loaded();
    list.moveTo('a', 1);
    list.moveTo('a', 2);
    expect(order(list)).toBe('env-openai-1 b c a');
    expect(sent).toEqual([]);
    await list.keepOrder();
    expect(sent).toEqual([{ url: '/api/v1/connections/order', body: { ids: ['b', 'c', 'a'] } }]);
  });

  it('moves nothing past the ends, nor what is fixed', async () => {
    const list = await loaded();
    await list.step('a', -1);
    await list.step('c', 1);
    list.moveTo('env-openai-1', 2);
    await list.keepOrder();
    expect(order(list)).toBe('env-openai-1 a b c');
    expect(sent).toEqual([]);
  });

  it('brings the old order back when the server refuses', async () => {
    const list = await loaded();
    refusal = 503;
    await list.step('a', 1);
    expect(order(list)).toBe('env-openai-1 a b c');
    expect(told()).toEqual(['That did not work: No.']);
  });

  it('switches one off at once, and on again when the server refuses', async () => {
    const list = await loaded();
    refusal = 503;
    const done = list.enable(list.find('a') as Connection, false);
    expect(list.find('a')?.enabled).toBe(false);
    await done;
    expect(list.find('a')?.enabled).toBe(true);
  });

  it('fetches what somebody else has saved before, and sends the newest version next', async () => {
    const list = await loaded();
    refusal = 409;
    served = served.map((one) => (one.id === 'a' ? { ...one, version: 'W/7', weight: 9 } : one));
    expect(await list.change(list.find('a') as Connection, { weight: 2 })).toBe(false);
    expect(list.find('a')?.weight).toBe(9);
    expect(told()[0]).toContain('Somebody else');
    refusal = null;
    await list.change(list.find('a') as Connection, { weight: 2 });
    expect(sent.at(-1)?.body).toEqual({ weight: 2, version: 'W/7' });
  });

  it('looks again for one that nobody has asked yet, and only so often', async () => {
    const pending = { state: 'pending', reason: null, model_count: 0, cools_until: null } as const;
    served = [make('a', { status: pending })];
    const list = await loaded();
    served = [make('a')];
    await vi.advanceTimersByTimeAsync(2000);
    expect(list.find('a')?.status.state).toBe('ok');
    expect(vi.getTimerCount()).toBe(0);
    served = [make('a', { status: pending })];
    await list.load();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(vi.getTimerCount()).toBe(0);
    list.close();
  });
});

describe('stateWords', () => {
  const status = (state: Connection['status']['state'], reason: string | null = null) =>
    make('a', { status: { state, reason, model_count: 0, cools_until: null } });

  it.each([
    [status('ok'), true, 'Works'],
    [status('down', 'refused'), true, 'Down: refused'],
    [status('down'), true, 'Does not answer'],
    [status('cooling', 'answered 429'), true, 'Resting after an error: answered 429'],
    [make('a', { enabled: false }), true, 'Off'],
    [status('ok'), false, 'Off with its whole kind'],
  ])('%#', (connection, kindOn, words) => expect(stateWords(connection, kindOn)).toBe(words));
});
