import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AnswerText } from './answer-text';
import { pieceTurn } from '../../shared/drawing/piece-turns';
import { FrameFlush } from './frame-flush';

/** A frame each 16 ms, by fake timers. */
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Pain 2 of front-end.md: rendering per event starves the page. */
describe('AnswerText', () => {
  it('shows a thousand parts of one frame at once', async () => {
    let shown = 0;
    const sink = {
      reasoning: '',
      reasoningMs: null,
      set text(_: string) {
        shown++;
      },
    };
    const answer = new AnswerText(sink as unknown as ConstructorParameters<typeof AnswerText>[0]);
    for (let part = 0; part < 1000; part++) answer.take('content', 'x');
    expect(shown).toBe(0);
    await vi.advanceTimersByTimeAsync(100);
    expect(shown).toBe(1);
    answer.take('content', 'y');
    answer.end();
    expect(shown).toBe(2);
    await vi.advanceTimersByTimeAsync(100);
    expect(shown).toBe(2);
  });
});

describe('FrameFlush', () => {
  /** Flushes in a second of a stream that brings something every millisecond; the nth takes so long, which the second does not count. */
  async function flushes(workMs: (nth: number) => number): Promise<number> {
    const clock = performance.now.bind(performance);
    let worked = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => clock() + worked);
    let count = 0;
    const flush = new FrameFlush(() => {
      worked += workMs(count++);
    });
    const stream = setInterval(() => flush.request(), 1);
    await vi.advanceTimersByTimeAsync(1000);
    clearInterval(stream);
    const inASecond = count;
    await vi.runAllTimersAsync();
    return inASecond;
  }

  it('is there in every frame where it is quick', async () => {
    expect(await flushes(() => 2)).toBeGreaterThan(55);
  });

  it('rests as long as it took where it is slow', async () => {
    const count = await flushes(() => 60);
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThan(15);
  });

  it('rests a quarter of a second at most, whatever a sleep measured', async () => {
    const count = await flushes((nth) => (nth === 0 ? 60_000 : 0));
    expect(count).toBeGreaterThan(40);
    expect(count).toBeLessThan(50);
  });

  /** A flush that takes 20 ms by the clock, and notes that it ran. */
  function slowFlush(order: string[]): FrameFlush {
    const clock = performance.now.bind(performance);
    let worked = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => clock() + worked);
    return new FrameFlush(() => {
      worked += 20;
      order.push('flush');
    });
  }

  it('lets in one piece after each flush where it is slow, and what is left at the end', async () => {
    const order: string[] = [];
    const flush = slowFlush(order);
    await pieceTurn().then(() => order.push('at once'));
    flush.request();
    for (const piece of ['a', 'b', 'c', 'd']) void pieceTurn().then(() => order.push(piece));
    while (order.length < 4) {
      await vi.advanceTimersByTimeAsync(1);
      if (order.at(-1) === 'a') flush.request();
    }
    await vi.runAllTimersAsync();
    expect(order).toEqual(['at once', 'flush', 'a', 'flush', 'b', 'c', 'd']);
  });

  it('shows text that comes while the last pieces are let in', async () => {
    const order: string[] = [];
    const flush = slowFlush(order);
    flush.request();
    for (const piece of ['a', 'b', 'c']) void pieceTurn().then(() => order.push(piece));
    while (order.length < 3) await vi.advanceTimersByTimeAsync(1);
    flush.request();
    await vi.runAllTimersAsync();
    expect(order).toEqual(['flush', 'a', 'b', 'flush', 'c']);
  });
});
