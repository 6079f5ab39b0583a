import { describe, expect, it } from 'vitest';
import { isForcedSubmitKey, isSubmitKey } from './submit-key';

const press = (init: KeyboardEventInit & { keyCode?: number }) =>
  new KeyboardEvent('keydown', { key: 'Enter', ...init });

describe('isSubmitKey', () => {
  it('takes Enter', () => expect(isSubmitKey(press({ keyCode: 13 }))).toBe(true));
  it.each([{ shiftKey: true }, { altKey: true }, { ctrlKey: true }, { metaKey: true }])(
    'leaves %j to others',
    (keys) => expect(isSubmitKey(press(keys))).toBe(false),
  );
  it('leaves other keys alone', () => expect(isSubmitKey(press({ key: 'a' }))).toBe(false));
  it('leaves the Enter of a composition to the input method', () =>
    expect(isSubmitKey(press({ isComposing: true }))).toBe(false));
  it('leaves Safari’s Enter after a composition (229) to the input method', () =>
    expect(isSubmitKey(press({ keyCode: 229 }))).toBe(false));
});

describe('isForcedSubmitKey', () => {
  it.each([{ ctrlKey: true }, { metaKey: true }])('takes %j', (keys) =>
    expect(isForcedSubmitKey(press(keys))).toBe(true),
  );
  it('needs Ctrl or Cmd', () => expect(isForcedSubmitKey(press({}))).toBe(false));
  it.each([{ isComposing: true }, { keyCode: 229 }])('never in a composition: %j', (sign) =>
    expect(isForcedSubmitKey(press({ ctrlKey: true, ...sign }))).toBe(false),
  );
});
