import { describe, expect, it } from 'vitest';
import { withEntry, withFirstPage, withPage } from './merge-entries';

const list = (...items: [string, number][]) => items.map(([id, updated_at]) => ({ id, updated_at }));
const ids = (entries: { id: string }[]) => entries.map(({ id }) => id).join('');

describe('withEntry', () => {
  it('puts a new entry where its time says, and moves a changed one', () => {
    const entries = list(['a', 9], ['b', 5], ['c', 1]);
    expect(ids(withEntry(entries, { id: 'd', updated_at: 7 }))).toBe('adbc');
    expect(ids(withEntry(entries, { id: 'c', updated_at: 10 }))).toBe('cab');
  });
});

describe('withPage', () => {
  it('adds a later page without doubling what moved between the two', () => {
    const entries = list(['a', 9], ['b', 5]);
    expect(ids(withPage(entries, list(['b', 5], ['c', 1])))).toBe('abc');
  });

  it('takes the page’s word for an entry', () => {
    expect(
      withPage([{ id: 'a', updated_at: 9, title: 'old' }], [{ id: 'a', updated_at: 9, title: 'new' }]),
    ).toEqual([{ id: 'a', updated_at: 9, title: 'new' }]);
  });
});

describe('withFirstPage', () => {
  const entries = list(['a', 9], ['b', 8], ['c', 7], ['d', 3], ['e', 1]);

  it('drops what was removed elsewhere and keeps the later pages', () => {
    expect(ids(withFirstPage(entries, list(['x', 10], ['a', 9], ['c', 7]), false))).toBe('xacde');
  });

  it('is everything when no page follows it', () => {
    expect(ids(withFirstPage(entries, list(['a', 9]), true))).toBe('a');
    expect(ids(withFirstPage(entries, [], true))).toBe('');
  });

  it('moves an old entry that was used again to the top', () => {
    expect(ids(withFirstPage(entries, list(['e', 11], ['a', 9]), false))).toBe('eabcd');
  });
});
