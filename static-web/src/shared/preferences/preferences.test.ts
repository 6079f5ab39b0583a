import { beforeEach, describe, expect, it } from 'vitest';
import { preferences } from './preferences.svelte';

beforeEach(() => {
  localStorage.clear();
  preferences.belongTo('');
});

describe('preferences', () => {
  it('are kept for each account', () => {
    preferences.belongTo('ada');
    preferences.set({ sendKey: 'ctrlEnter' });
    preferences.belongTo('bob');
    expect(preferences.value.sendKey).toBe('enter');
    preferences.belongTo('ada');
    expect(preferences.value).toEqual({ sendKey: 'ctrlEnter', dollarMath: true, titles: true, model: '' });
  });

  it('follow another tab', () => {
    localStorage.setItem('preferences:', JSON.stringify({ dollarMath: false }));
    window.dispatchEvent(new StorageEvent('storage', { key: 'preferences:' }));
    expect(preferences.value.dollarMath).toBe(false);
  });

  it('are the defaults where what is kept is damaged', () => {
    localStorage.setItem('preferences:', '{');
    preferences.belongTo('');
    expect(preferences.value.titles).toBe(true);
  });
});
