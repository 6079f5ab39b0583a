import type { MarkedExtension, TokenizerAndRendererExtension, Tokens } from 'marked';
import { preferences } from '../../shared/preferences/preferences.svelte';
import { escapeHtml } from './escape-html';

/** A marked token for TeX: drawn as its own source until the worker has typeset it. */
export interface MathToken extends Tokens.Generic {
  type: 'math' | 'inlineMath';
  tex: string;
  display: boolean;
}

/*
 * Display math begins a line and holds no blank line (TeX forbids one too). That also keeps it inside one unsettled
 * stretch of a streamed answer, see stream-document.ts.
 */
const DISPLAY =
  /^ {0,3}(?:\$\$((?:(?!\$\$|\n[ \t]*\n)[^])+?)\$\$|\\\[((?:(?!\\\]|\n[ \t]*\n)[^])+?)\\\])[ \t]*(?:\n+|$)/;
const DISPLAY_START = /(?:^|\n) {0,3}(?:\$\$|\\\[)/;

/*
 * Inline: \(..\), \[..\] and $$..$$ in running text, and $..$ under the strict rule that keeps prices apart: no
 * space inside the edges, no digit right after the closing dollar, one line.
 */
const INLINE =
  /^(?:\\\(((?:(?!\\\)|\n[ \t]*\n)[^])+?)\\\)|\\\[((?:(?!\\\]|\n[ \t]*\n)[^])+?)\\\]|\$\$((?:(?!\$\$|\n[ \t]*\n)[^])+?)\$\$)/;
const DOLLAR = /^\$(?![\s$])((?:\\[^\n]|[^\\$\n`])*?(?:\\[^\n]|[^\\$\n\s`]))\$(?![\d$])/;

const displayMath: TokenizerAndRendererExtension = {
  name: 'math',
  level: 'block',
  start: (source) => {
    const match = DISPLAY_START.exec(source);
    return match === null ? undefined : match.index + (match[0].startsWith('\n') ? 1 : 0);
  },
  tokenizer(source) {
    const match = DISPLAY.exec(source);
    if (match === null) return undefined;
    return { type: 'math', raw: match[0], tex: (match[1] ?? match[2] ?? '').trim(), display: true };
  },
  renderer: (token) =>
    `<div class="math" data-tex="${escapeHtml((token as MathToken).tex)}">${escapeHtml(token.raw.trim())}</div>\n`,
};

const inlineMath: TokenizerAndRendererExtension = {
  name: 'inlineMath',
  level: 'inline',
  start: (source) => {
    const index = source.search(/\$|\\[([]/);
    return index < 0 ? undefined : index;
  },
  tokenizer(source) {
    const wide = INLINE.exec(source);
    if (wide !== null) {
      const display = wide[1] === undefined;
      return { type: 'inlineMath', raw: wide[0], tex: (wide[1] ?? wide[2] ?? wide[3] ?? '').trim(), display };
    }
    const dollar = preferences.value.dollarMath ? DOLLAR.exec(source) : null;
    if (dollar === null) return undefined;
    return { type: 'inlineMath', raw: dollar[0], tex: dollar[1] ?? '', display: false };
  },
  renderer: (token) => {
    const { tex, display } = token as MathToken;
    const kind = display ? 'math math-wide' : 'math';
    return `<span class="${kind}" data-tex="${escapeHtml(tex)}">${escapeHtml(token.raw)}</span>`;
  },
};

export const mathTokens: MarkedExtension = { extensions: [displayMath, inlineMath] };
