import { describe, expect, it } from 'vitest';
import { groupByDate, monthName } from './date-groups';

const now = new Date(2026, 2, 15, 14, 30);
const at = (...date: [number, number, number, number?, number?]) => ({
  updated_at: new Date(...date).getTime() / 1000,
});
const keys = (...entries: { updated_at: number }[]) => groupByDate(entries, now).map(({ key }) => key);

describe('groupByDate', () => {
  it.each([
    [at(2026, 2, 15, 14, 29), 'today'],
    [at(2026, 2, 15, 0, 0), 'today'],
    [at(2026, 2, 16, 9), 'today'],
    [at(2026, 2, 14, 23, 59), 'yesterday'],
    [at(2026, 2, 14, 0, 0), 'yesterday'],
    [at(2026, 2, 13, 23, 59), 'week'],
    [at(2026, 2, 8, 0, 0), 'week'],
    [at(2026, 2, 7, 23, 59), 'month'],
    [at(2026, 1, 13, 0, 0), 'month'],
    [at(2026, 1, 12, 23, 59), '2026-2'],
    [at(2025, 11, 31, 23, 59), '2025-12'],
  ])('puts %o into %s', (entry, key) => {
    expect(keys(entry)).toEqual([key]);
  });

  it('keeps the order and makes one group of a day, however it lies', () => {
    const entries = [at(2026, 2, 15, 14), at(2026, 2, 15, 1), at(2026, 1, 1), at(2025, 1, 1)];
    expect(keys(...entries)).toEqual(['today', '2026-2', '2025-2']);
    expect(groupByDate(entries, now)[0]?.entries).toEqual(entries.slice(0, 2));
  });

  it('has no group without an entry', () => {
    expect(groupByDate([], now)).toEqual([]);
  });
});

describe('monthName', () => {
  it('names the year only when it is another one', () => {
    expect(monthName('2026-1', now, 'en')).toBe('January');
    expect(monthName('2025-12', now, 'en')).toBe('December 2025');
    expect(monthName('2025-12', now, 'zh-CN')).toBe('2025年12月');
  });
});
