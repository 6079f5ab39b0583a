import { Marked, type RendererObject, type Token, type Tokens, type TokensList } from 'marked';
import { escapeHtml } from './escape-html';
import { mathTokens } from './math-tokens';

/**
 * An image from elsewhere would tell its host who reads which answer, so it is a link until the reader follows it.
 * Only bitmap data: URIs are drawn.
 */
const renderer: RendererObject = {
  image({ href, text }) {
    const alt = escapeHtml(text || href);
    if (/^data:image\/(?:png|jpeg|gif|webp|avif);/i.test(href))
      return `<img src="${escapeHtml(href)}" alt="${alt}">`;
    return `<a class="image-link" href="${escapeHtml(href)}">${alt}</a>`;
  },
  table(token) {
    return `<div class="table-scroll" tabindex="0">${tableOf(this, token)}</div>`;
  },
};

function tableOf(self: ThisParameterType<NonNullable<RendererObject['table']>>, token: Tokens.Table): string {
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
