import { describe, expect, it } from 'vitest';
import { readFailure, retryAfterOf, withoutConnection } from './failure';

describe('retryAfterOf', () => {
  const now = Date.parse('2026-11-21T00:00:00Z');

  it('reads seconds', () => expect(retryAfterOf(' 30 ', undefined, now)).toBe(30_000));
  it('reads a date', () =>
    expect(retryAfterOf('Sat, 21 Nov 2026 00:01:00 GMT', undefined, now)).toBe(60_000));
  it('never waits for the past', () => expect(retryAfterOf('Fri, 20 Nov 2026 00:00:00 GMT', 9, now)).toBe(0));
  it('falls back to the body', () => expect(retryAfterOf(null, 12, now)).toBe(12_000));
  it('prefers the header', () => expect(retryAfterOf('3', 12, now)).toBe(3_000));
  it('knows nothing from nonsense', () => expect(retryAfterOf('soon', undefined, now)).toBeNull());
});

describe('readFailure', () => {
  const answer = (status: number, body: string, headers: Record<string, string> = {}) =>
    readFailure(new Response(body, { status, statusText: 'Oops', headers }));

  it('reads a problem', async () => {
    const body = '{"type":"https://x/problems/locked","title":"Locked","detail":"Wait.","retryAfter":7}';
    expect(await answer(429, body)).toEqual({
      status: 429,
      message: 'Wait.',
      type: 'locked',
      connection: null,
      retryAfter: 7000,
    });
  });

  it('reads a relay error with the connection that sent it', async () => {
    const failure = await answer(401, '{"error":{"message":"bad key","type":"auth"}}', {
      'x-openwebui-connection': 'api.example.com',
    });
    expect(failure).toMatchObject({
      status: 401,
      message: 'bad key',
      type: 'auth',
      connection: 'api.example.com',
    });
  });

  it.each(['<html>', '', 'null', '[]'])('makes do with the body %j', async (body) => {
    expect(await answer(502, body)).toMatchObject({ status: 502, message: 'Oops' });
  });
});

describe('withoutConnection', () => {
  it('leaves the name out that the title has', () =>
    expect(withoutConnection('a.example: nothing answers.', 'a.example')).toBe('Nothing answers.'));
  it.each([null, '', 'b.example'])('keeps the report beside %j', (name) =>
    expect(withoutConnection('a.example: nothing answers.', name)).toBe('a.example: nothing answers.'),
  );
});
