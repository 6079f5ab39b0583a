import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BUSY_ATTEMPTS, Gate } from './gate.svelte';

const problem = (status: number, type: string, retryAfter?: number) => () =>
  Promise.resolve(
    new Response(JSON.stringify({ type: `https://x/problems/${type}`, status }), {
      status,
      headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
    }),
  );
const granted = () => Promise.resolve(new Response('{"status":true}', { status: 200 }));
const fetchMock = vi.fn<() => Promise<Response>>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', fetchMock);
});
afterEach(() => {
  vi.useRealTimers();
  fetchMock.mockReset();
});

describe('Gate', () => {
  it('opens for the right code', async () => {
    fetchMock.mockImplementation(granted);
    expect(await new Gate().submit(' sesame ')).toBe(true);
    expect(fetchMock).toHaveBeenCalledWith(
      '/api/v1/access/redeem',
      expect.objectContaining({ body: '{"code":"sesame"}' }),
    );
  });

  it('asks for a code before it asks the server', async () => {
    const gate = new Gate();
    expect(await gate.submit('  ')).toBe(false);
    expect(gate.state.kind).toBe('empty');
    expect(fetchMock).not.toHaveBeenCalled();
  });

  it('says that a code is wrong, until the reader types', async () => {
    fetchMock.mockImplementation(problem(401, 'wrong-code'));
    const gate = new Gate();
    await gate.submit('x');
    expect(gate.state.kind).toBe('wrong');
    gate.typed();
    expect(gate.state.kind).toBe('asking');
  });

  it('counts a lock down by the clock and opens again', async () => {
    fetchMock.mockImplementation(problem(429, 'locked', 30));
    const gate = new Gate();
    await gate.submit('x');
    expect(gate.waiting).toBe(true);
    expect(gate.remainingMs).toBe(30_000);
    vi.advanceTimersByTime(10_000);
    expect(gate.remainingMs).toBe(20_000);
    // A tab that slept: the clock moved, the timers did not.
    vi.setSystemTime(Date.now() + 19_900);
    vi.advanceTimersByTime(250);
    expect(gate.remainingMs).toBe(0);
    expect(gate.waiting).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tries again by itself while the door is busy', async () => {
    fetchMock.mockImplementationOnce(problem(429, 'busy', 2)).mockImplementationOnce(granted);
    const gate = new Gate();
    const outcome = gate.submit('x');
    await vi.advanceTimersByTimeAsync(1_999);
    expect(gate.state).toEqual({ kind: 'busy', attempt: 1 });
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toBe(true);
  });

  it('gives up after some tries at a busy door', async () => {
    fetchMock.mockImplementation(problem(429, 'busy', 1));
    const gate = new Gate();
    const outcome = gate.submit('x');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await outcome).toBe(false);
    expect(gate.state.kind).toBe('busyGiveUp');
    expect(fetchMock).toHaveBeenCalledTimes(BUSY_ATTEMPTS + 1);
  });

  it('tells a server that cannot be reached from a wrong code', async () => {
    fetchMock.mockRejectedValue(new TypeError('network'));
    const gate = new Gate();
    await gate.submit('x');
    expect(gate.state.kind).toBe('failed');
  });
});
