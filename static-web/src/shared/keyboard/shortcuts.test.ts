import { beforeEach, describe, expect, it, vi } from 'vitest';
import { preferences } from '../preferences/preferences.svelte';
import { keysOf, sendKeys, SHORTCUTS, shortcutOf } from './shortcuts';

beforeEach(() => vi.stubGlobal('matchMedia', () => ({ matches: false })));

function press(init: KeyboardEventInit, on: HTMLElement = document.body): KeyboardEvent {
  if (on !== document.body) document.body.append(on);
  const event = new KeyboardEvent('keydown', { bubbles: true, ...init });
  on.dispatchEvent(event);
  return event;
}

describe('shortcutOf', () => {
  it('knows a letter with what is held', () => {
    expect(shortcutOf(press({ key: 'O', ctrlKey: true, shiftKey: true }))).toBe('newChat');
    expect(shortcutOf(press({ key: 'o', ctrlKey: true }))).toBeNull();
    expect(shortcutOf(press({ key: 'o' }))).toBeNull();
  });
  it('leaves a sign to whoever writes', () => {
    expect(shortcutOf(press({ key: '?', shiftKey: true }))).toBe('listShortcuts');
    expect(shortcutOf(press({ key: '?', shiftKey: true }, document.createElement('textarea')))).toBeNull();
  });
  it('leaves compositions alone', () =>
    expect(shortcutOf(press({ key: 'o', ctrlKey: true, shiftKey: true, isComposing: true }))).toBeNull());
  it('names no two the same', () => {
    const keys = Object.values(SHORTCUTS).map((shortcut) => keysOf(shortcut).join('+'));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('sendKeys', () => {
  it('follow the reader', () => {
    preferences.set({ sendKey: 'ctrlEnter' });
    expect(keysOf(sendKeys().send)).toEqual(['Ctrl', 'Enter']);
    preferences.set({ sendKey: 'enter' });
    expect(keysOf(sendKeys().newLine)).toEqual(['Shift', 'Enter']);
  });
});
