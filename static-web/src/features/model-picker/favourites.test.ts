import { beforeEach, describe, expect, it, vi } from 'vitest';

const fresh = async () => {
  vi.resetModules();
  return (await import('./favourites.svelte')).favourites;
};

beforeEach(() => localStorage.clear());

describe('favourites', () => {
  it('survive a reload, until they are taken back', async () => {
    const before = await fresh();
    before.toggle('gpt-4o');
    before.toggle('qwen');
    const after = await fresh();
    expect([...after.ids]).toEqual(['gpt-4o', 'qwen']);
    after.toggle('gpt-4o');
    expect([...(await fresh()).ids]).toEqual(['qwen']);
  });

  it('follow another tab', async () => {
    const here = await fresh();
    localStorage.setItem('favourite-models', '["there"]');
    window.dispatchEvent(new StorageEvent('storage', { key: 'favourite-models' }));
    expect([...here.ids]).toEqual(['there']);
  });

  it.each(['nonsense', '{"a":1}', '[1,null,"kept"]'])(
    'read damaged storage (%s) as what is left of it',
    async (text) => {
      localStorage.setItem('favourite-models', text);
      expect([...(await fresh()).ids]).toEqual(text.includes('kept') ? ['kept'] : []);
    },
  );
});
