import { escapeHtml } from './escape-html';

/** What raw HTML in an answer may be made of; everything else stands there as text. The sanitiser knows the same tags. */
const TAGS = new Set(
  'a abbr b blockquote br caption code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var'.split(
    ' ',
  ),
);
const ATTRIBUTES = new Set(
  'align alt colspan dir href lang open reversed rowspan span src start title'.split(' '),
);

const TAG =
  /<(\/?)([a-z][a-z0-9]*)((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>/iy;
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;
const COMMENT = /<!--(?:>|->|[^]*?--!?>)/y;

/** The HTML of an image; the renderer decides what of it is shown. Both may hold entities. */
type ImageOf = (source: string, alt: string) => string;

/**
 * Raw HTML as tags that are drawn, with attributes that say nothing but how, and text. So no other element and no handler
 * ever reaches a browser's parser, not even the inert one of the sanitiser: nothing is left to be reported as a
 * violation of the policy, and what a model wrote as `List<String>` is not swallowed.
 */
export function plainHtml(raw: string, imageOf: ImageOf): string {
  let html = '';
  for (let at = 0; at < raw.length;) {
    const next = raw.indexOf('<', at);
    if (next < 0) return html + raw.slice(at);
    html += raw.slice(at, next);
    COMMENT.lastIndex = TAG.lastIndex = next;
    const comment = COMMENT.exec(raw)?.[0];
    const tag = comment === undefined ? TAG.exec(raw) : null;
    html += comment !== undefined ? '' : tag === null ? '&lt;' : drawTag(tag, imageOf);
    at = next + (comment ?? tag?.[0] ?? '<').length;
  }
  return html;
}

function drawTag([whole, slash = '', name = '', attributes = '']: RegExpExecArray, imageOf: ImageOf): string {
  const tag = name.toLowerCase();
  if (!TAGS.has(tag)) return escapeHtml(whole);
  if (slash !== '') return `</${tag}>`;
  const kept = new Map<string, string>();
  for (const [, attribute = '', double, single, bare] of attributes.matchAll(ATTRIBUTE)) {
    const known = attribute.toLowerCase();
    if (ATTRIBUTES.has(known) && !kept.has(known)) kept.set(known, double ?? single ?? bare ?? '');
  }
  if (tag === 'img') return imageOf(kept.get('src') ?? '', kept.get('alt') ?? '');
  return `<${tag}${[...kept].map(([key, value]) => ` ${key}="${quote(value)}"`).join('')}>`;
}

/** A value as it stood, entities too: a parser must read it as it would have. */
const quote = (value: string) => value.replace(/"/g, '&quot;').replace(/</g, '&lt;');
