import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ApiKey } from '../../server-api/account';
import { ApiKeys, arePaths, linesOf } from './api-keys.svelte';

const fetchMock = vi.fn<(address: string, init?: RequestInit) => Promise<Response>>();
const answer = (status: number, body: unknown) =>
  fetchMock.mockImplementationOnce(() => Promise.resolve(new Response(JSON.stringify(body), { status })));
const key = (id: string): ApiKey => ({
  id,
  name: id,
  ends_with: 'wxyz',
  created_at: 1,
  expires_at: null,
  last_used_at: null,
  paths: [],
});

beforeEach(() => vi.stubGlobal('fetch', fetchMock));
afterEach(() => fetchMock.mockReset());

describe('ApiKeys', () => {
  it('shows a new key once, first in the list', async () => {
    const keys = new ApiKeys();
    answer(200, [key('old')]);
    await keys.load();
    answer(200, { ...key('new'), api_key: 'sk-ow-secret' });
    expect(await keys.create(' editor ', 'never', '/v1\n /api/models ')).toBeNull();
    expect(JSON.parse(fetchMock.mock.lastCall?.[1]?.body as string)).toEqual({
      name: 'editor',
      paths: ['/v1', '/api/models'],
    });
    expect([keys.fresh?.api_key, keys.list.map(({ id }) => id)]).toEqual(['sk-ow-secret', ['new', 'old']]);
  });

  it('asks for an end in seconds', async () => {
    vi.setSystemTime(1_000_000);
    answer(200, { ...key('new'), api_key: 'x' });
    await new ApiKeys().create('x', 'week', '');
    expect(JSON.parse(fetchMock.mock.lastCall?.[1]?.body as string)).toEqual({
      name: 'x',
      expires_at: 1000 + 7 * 86_400,
    });
    vi.useRealTimers();
  });

  it('tells keys that are switched off from a list that failed', async () => {
    const keys = new ApiKeys();
    answer(403, { type: 'x/api_keys_off' });
    await keys.load();
    expect(keys.state).toBe('off');
    answer(500, {});
    await keys.load();
    expect(keys.state).toBe('failed');
  });

  it('lists a new key once, also when a load has brought it already', async () => {
    const keys = new ApiKeys();
    answer(200, [key('a')]);
    await keys.load();
    answer(200, { ...key('a'), api_key: 'sk-a' });
    await keys.create('a', 'never', '');
    expect([keys.list.length, keys.fresh?.id]).toEqual([1, 'a']);
  });

  it('keeps a key in the list until the server has revoked it', async () => {
    const keys = new ApiKeys();
    answer(200, [key('a')]);
    await keys.load();
    answer(500, {});
    expect(await keys.revoke(key('a'))).toBe(false);
    expect(keys.list).toHaveLength(1);
    answer(404, {});
    expect(await keys.revoke(key('a'))).toBe(true);
    expect(keys.list).toHaveLength(0);
  });
});

describe('Path restrictions', () => {
  it('are lines or commas', () => expect(linesOf('/a, /b\n\n/c')).toEqual(['/a', '/b', '/c']));
  it.each([
    ['', true],
    ['/v1\n/api', true],
    ['api', false],
    ['/v1\nhttps://x', false],
    ['//x', false],
    ['/a b', false],
  ])('%j is good: %s', (text, good) => expect(arePaths(text)).toBe(good));
});
