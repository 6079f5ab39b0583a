import { readTabValue, writeTabValue } from './shared/storage/tab-storage';

const KEY = 'return-to';
const SIGN_IN = /^\/auth\/?$/;

/**
 * A path of this site out of a text that anybody may have written; null for other sites, other schemes and the sign-in
 * page itself. The browser's own parser decides, so that "//evil", "/\evil" and "https:evil" mean here what they mean to it.
 */
export function ownPath(text: string | null): string | null {
  if (text === null || !text.startsWith('/')) return null;
  try {
    const url = new URL(text, location.origin);
    if (url.origin !== location.origin || SIGN_IN.test(url.pathname)) return null;
    // A path that begins with two slashes would be a host's name for whoever resolves it next.
    return url.pathname.startsWith('//') ? null : url.pathname + url.search;
  } catch {
    return null;
  }
}

/** Before the browser leaves for a provider: where it should come back to. */
export function keepReturnPath(): void {
  const here = ownPath(location.pathname + location.search) ?? askedPath();
  writeTabValue(KEY, here);
}

/** Where to go on after the sign-in page's own address, /auth; null where the address is a good one. Read once. */
export function takeReturnPath(): string | null {
  if (!SIGN_IN.test(location.pathname)) return null;
  const kept = ownPath(readTabValue<string>(KEY)) ?? askedPath() ?? '/';
  writeTabValue(KEY, null);
  return kept;
}

/** Open WebUI's clients say it so: /auth?redirect=/c/... */
function askedPath(): string | null {
  return ownPath(new URLSearchParams(location.search).get('redirect'));
}

/** What a provider's sign-in came back with (/auth?error=...); it leaves the address bar. */
export function takeSignInError(): string {
  if (!SIGN_IN.test(location.pathname)) return '';
  const query = new URLSearchParams(location.search);
  const error = query.get('error') ?? '';
  if (error === '') return '';
  query.delete('error');
  history.replaceState(null, '', location.pathname + (query.size > 0 ? `?${query}` : ''));
  return error.slice(0, 64);
}
