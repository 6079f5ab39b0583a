import { afterEach, describe, expect, it } from 'vitest';
import { keepReturnPath, ownPath, takeReturnPath, takeSignInError } from './return-path';

const go = (path: string) => history.replaceState(null, '', path);
afterEach(() => {
  sessionStorage.clear();
  go('/');
});

describe('ownPath', () => {
  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
    'c/abc',
    '/auth',
    '/auth/?x=1',
    '',
    null,
  ])('refuses %j', (text) => expect(ownPath(text)).toBeNull());

  it.each(['/', '/c/abc', '/c/abc?q=1', '/@evil.example'])('takes %j', (text) =>
    expect(ownPath(text)).toBe(text),
  );
});

describe('The way back from a provider', () => {
  it('leads to where it began', () => {
    go('/c/abc');
    keepReturnPath();
    go('/auth');
    expect(takeReturnPath()).toBe('/c/abc');
    expect(takeReturnPath()).toBe('/');
  });

  it('leads where the address says, on this site only', () => {
    go('/auth?redirect=%2Fc%2Fabc');
    expect(takeReturnPath()).toBe('/c/abc');
    go('/auth?redirect=%2F%2Fevil.example');
    expect(takeReturnPath()).toBe('/');
  });

  it('changes nothing elsewhere', () => {
    go('/c/abc?redirect=%2F');
    expect(takeReturnPath()).toBeNull();
    expect(takeSignInError()).toBe('');
  });

  it('takes the error out of the address bar', () => {
    go('/auth?error=oauth_denied&redirect=%2Fc%2Fabc');
    expect(takeSignInError()).toBe('oauth_denied');
    expect(location.search).toBe('?redirect=%2Fc%2Fabc');
  });
});
