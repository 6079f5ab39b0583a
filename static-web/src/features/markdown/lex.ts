import { Marked, type RendererObject, type Token, type Tokens, type TokensList } from 'marked';
import { escapeHtml, escapeText } from './escape-html';
import { mathTokens } from './math-tokens';
import { plainHtml } from './plain-html';

type Renderer = ThisParameterType<NonNullable<RendererObject['table']>>;

const BITMAP = /^data:image\/(?:png|jpeg|gif|webp|avif);/i;

/** A reference as models write them: [1](address), [[1]](address), or [^1] with its address below. */
const CITATION = /^\[?\^?(\d{1,3})\]?$/;

/**
 * An image from elsewhere would tell its host who reads which answer, so it is a link until the reader asks for it
 * (RemoteImage.svelte). Only bitmap data: URIs are drawn.
 */
function imageOf(source: string, text: string): string {
  const alt = escapeText(text || source.slice(0, 100));
  const address = escapeText(source);
  return BITMAP.test(source)
    ? `<img src="${address}" alt="${alt}">`
    : `<a class="image-link" href="${address}">${alt}</a>`;
}

const renderer: RendererObject = {
  image: ({ href, text }) => imageOf(href, text),
  link(token) {
    const number = CITATION.exec(token.text)?.[1];
    if (number !== undefined && URL.canParse(token.href))
      return `<a class="cite" href="${escapeText(token.href)}" title="${escapeText(new URL(token.href).host)}">${number}</a>`;
    // A link in a link is none: there an image from elsewhere is its text.
    token.tokens = token.tokens.map((inner) =>
      inner.type === 'image' && !BITMAP.test(inner['href']) ? textOf(inner as Tokens.Image) : inner,
    );
    return false;
  },
  html: ({ text }) => plainHtml(text, imageOf),
  // Between raw tags such as <kbd> and </kbd> Markdown leaves text as it is.
  text: (token) => ('escaped' in token && token.escaped ? plainHtml(token.text, imageOf) : false),
  table(token) {
    const source = escapeHtml(token.raw.trim());
    // The bar has its height from the start, so that nothing moves when its buttons come.
    return `<div class="table"><div class="table-bar"></div><div class="table-scroll" tabindex="0" data-source="${source}">${tableOf(this, token)}</div></div>`;
  },
};

function textOf({ text: alt, href }: Tokens.Image): Tokens.Text {
  const text = (alt || href).slice(0, 100);
  return { type: 'text', raw: text, text, escaped: false };
}

function tableOf(self: Renderer, token: Tokens.Table): string {
  const row = (cells: Tokens.TableCell[]) =>
    self.tablerow({ text: cells.map((cell) => self.tablecell(cell)).join('') } as Tokens.TableRow);
  const body = token.rows.map(row).join('');
  return `<table><thead>${row(token.header)}</thead>${body === '' ? '' : `<tbody>${body}</tbody>`}</table>`;
}

const marked = new Marked({ gfm: true, breaks: false, async: false }, { renderer }, mathTokens);

/** Link reference definitions, by lower-cased label. */
export type Links = TokensList['links'];

/** Markdown as block tokens; `known` are definitions from earlier in the same document. */
export function lex(markdown: string, known: Links): TokensList {
  const lexer = new marked.Lexer({ ...marked.defaults });
  Object.assign(lexer.tokens.links, known);
  return lexer.lex(markdown);
}

/** The HTML of one block token: not yet sanitised. */
export function toHtml(token: Token): string {
  return marked.parser([token], { ...marked.defaults });
}
