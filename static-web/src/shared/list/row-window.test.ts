import { describe, expect, it } from 'vitest';
import { rowsWithin, topsOf } from './row-window';

describe('rowsWithin', () => {
  const tops = topsOf([30, 40, 40, 50]);

  it('knows where rows stand', () => expect(tops).toEqual([0, 30, 70, 110, 160]));

  it.each([
    [-100, 50, 0, 0],
    [0, 30, 0, 2],
    [35, 20, 1, 2],
    [70, 60, 2, 4],
    [-500, 5000, 0, 4],
    [900, 100, 4, 4],
  ])('from %i, %i px high: rows %i to %i', (top, height, first, end) => {
    expect(rowsWithin(tops, top, height)).toEqual({ first, end });
  });

  it('draws few of a thousand', () => {
    const { first, end } = rowsWithin(topsOf(Array<number>(1000).fill(40)), 20_000, 500);
    expect([first, end - first]).toEqual([500, 13]);
  });

  it('has nothing of nothing', () => expect(rowsWithin([0], 0, 500)).toEqual({ first: 0, end: 0 }));
});
