import type { Kind } from '../../../server-api/connections';

/** What can be told of a base URL before anybody asks there. */
export type BaseUrlNote =
  | { is: 'empty' }
  | { is: 'wrong'; why: 'no_url' | 'no_scheme' | 'extra' }
  /** @param asks Where the list of models will be fetched. */
  | { is: 'fine'; asks: string; warn: 'this_server' | 'whole_route' | 'not_secret' | null };

const LISTS: Record<Kind, string> = {
  openai: '/models',
  azure: '/openai/v1/models',
  ollama: '/api/tags',
  anthropic: '/v1/models',
};

/** Routes that people copy along with the base. */
const ROUTE =
  /\/(?:chat\/completions|completions|models|responses|messages|embeddings|api\/(?:chat|tags|generate))$/;
const LOOPBACK = /^(?:localhost|127\.[\d.]+|\[::1\])$/;
const PRIVATE =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[f[cd]|[^.:]+$)|\.(?:lan|local|internal|home|test)$/;

export function noteOf(text: string, kind: Kind): BaseUrlNote {
  const written = text.trim();
  if (written === '') return { is: 'empty' };
  const url = parse(written);
  if (url === null)
    return { is: 'wrong', why: /^[\w.-]+(?::\d+)?(?:\/|$)/.test(written) ? 'no_scheme' : 'no_url' };
  if (url.username || url.password || url.search || url.hash) return { is: 'wrong', why: 'extra' };
  let path = url.pathname.replace(/\/+$/, '');
  const warn = warningOf(url, path);
  if (kind === 'openai' && path === '') path = '/v1';
  // Whatever stands behind the host of a resource is understood, and a version that anthropic's base has already.
  if (kind === 'azure') path = '';
  if (kind === 'anthropic') path = path.replace(/\/v1$/, '');
  return { is: 'fine', asks: url.origin + path + LISTS[kind], warn };
}

function warningOf(url: URL, path: string): 'this_server' | 'whole_route' | 'not_secret' | null {
  if (ROUTE.test(path)) return 'whole_route';
  if (LOOPBACK.test(url.hostname)) return 'this_server';
  return url.protocol === 'http:' && !PRIVATE.test(url.hostname) ? 'not_secret' : null;
}

function parse(text: string): URL | null {
  try {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) && url.hostname !== '' ? url : null;
  } catch {
    return null;
  }
}

/** Scheme, host and port, which a key belongs to; null where it is no URL. */
export const originOf = (text: string): string | null => parse(text.trim())?.origin ?? null;
