import { afterEach, describe, expect, it, vi } from 'vitest';
import { copyText } from './copy-text';

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

function overPlainHttp(outcome: boolean): () => string {
  let copied = '';
  vi.stubGlobal('navigator', {});
  document.execCommand = vi.fn(() => {
    const field = document.activeElement as HTMLTextAreaElement;
    copied = field.value.slice(field.selectionStart, field.selectionEnd);
    return outcome;
  });
  return () => copied;
}

describe('pain 11: copying', () => {
  it('works over plain http, where there is no clipboard, and gives the focus back', async () => {
    const copied = overPlainHttp(true);
    const button = document.body.appendChild(document.createElement('button'));
    button.focus();
    expect(await copyText('a\n  b')).toBe(true);
    expect(copied()).toBe('a\n  b');
    expect(document.activeElement).toBe(button);
    expect(document.querySelector('textarea')).toBeNull();
  });

  it('says when it failed', async () => {
    overPlainHttp(false);
    expect(await copyText('x')).toBe(false);
  });
});
