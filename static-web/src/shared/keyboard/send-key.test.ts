import { beforeEach, describe, expect, it, vi } from 'vitest';
import { preferences } from '../preferences/preferences.svelte';
import { isSendKey } from './send-key';

const press = (init: KeyboardEventInit = {}) => new KeyboardEvent('keydown', { key: 'Enter', ...init });

beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: false }));
  preferences.set({ sendKey: 'enter' });
});

describe('isSendKey', () => {
  it('takes Enter', () => expect(isSendKey(press())).toBe(true));
  it('leaves Enter to the text where the reader wants it so', () => {
    preferences.set({ sendKey: 'ctrlEnter' });
    expect(isSendKey(press())).toBe(false);
    expect(isSendKey(press({ ctrlKey: true }))).toBe(true);
    expect(isSendKey(press({ metaKey: true }))).toBe(true);
  });
  it.each(['enter', 'ctrlEnter'] as const)('never sends in a composition: %s', (sendKey) => {
    preferences.set({ sendKey });
    expect(isSendKey(press({ isComposing: true, ctrlKey: true }))).toBe(false);
    expect(isSendKey(press({ isComposing: true }))).toBe(false);
  });
});
