import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepLooking } from './waiting';

const look = vi.fn(() => Promise.resolve(true));
let seen: 'visible' | 'hidden' = 'visible';
let end = () => {};

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => seen);
  seen = 'visible';
  end = keepLooking(look);
});
afterEach(() => {
  end();
  vi.useRealTimers();
  vi.restoreAllMocks();
  look.mockClear();
});

describe('keepLooking', () => {
  it('looks after five seconds, then slower, never slower than half a minute', async () => {
    await vi.advanceTimersByTimeAsync(4999);
    expect(look).toHaveBeenCalledTimes(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(look).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    const before = look.mock.calls.length;
    expect(before).toBeLessThan(35);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(look).toHaveBeenCalledTimes(before + 1);
  });

  it('asks nothing while nobody looks, and at once when somebody does', async () => {
    seen = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(look).not.toHaveBeenCalled();
    seen = 'visible';
    document.dispatchEvent(new Event('visibilitychange'));
    expect(look).toHaveBeenCalledTimes(1);
  });

  it('has one question under way at a time', () => {
    window.dispatchEvent(new Event('focus'));
    window.dispatchEvent(new Event('online'));
    expect(look).toHaveBeenCalledTimes(1);
  });

  it('leaves nothing behind when it ends', async () => {
    end();
    window.dispatchEvent(new Event('focus'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(look).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
