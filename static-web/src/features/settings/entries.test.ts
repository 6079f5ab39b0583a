import { beforeAll, describe, expect, it } from 'vitest';
import { showLanguage } from '../../shared/language/language.svelte';
import { findEntries } from './entries';
import { ready } from './settings-text';

beforeAll(async () => {
  await showLanguage('en');
  await ready();
});

describe('findEntries', () => {
  it('is a part where nothing is looked for', () =>
    expect([...findEntries(' ', 'appearance')]).toEqual(['theme', 'size', 'wide', 'language']));
  it('finds by any words, in every part', () => {
    expect([...findEntries('DOLLAR math', 'about')]).toEqual(['dollar']);
    expect(findEntries('delete', 'about').has('delete')).toBe(true);
  });
  it('finds nothing for nonsense', () => expect(findEntries('zzz', 'chat').size).toBe(0));
});
