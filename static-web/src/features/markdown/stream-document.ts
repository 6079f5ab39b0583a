import type { Token } from 'marked';
import { lex, toHtml, type Links } from './lex';

/** One block of a document. The object stays the same as long as its content does. */
export interface Block {
  /** Position in the document; stable, because settled blocks never move. */
  key: number;
  /** Fenced or indented code is drawn by a component, everything else from HTML. */
  code: { text: string; lang: string } | null;
  /** Not yet sanitised; empty for code. */
  html: string;
  /** No later text can change it (link definitions that come later apart). */
  closed: boolean;
}

/**
 * A Markdown document that grows at its end and lexes only its tail.
 *
 * The boundary rule. A block is settled when (1) two later blocks have begun and (2) a blank line follows it. Each
 * condition alone is wrong for some documents: a line of dashes turns the paragraph above it into a heading, an
 * indented line re-opens a list, a lazy line re-opens a quote. Both together gave 0 wrong of 358,404 prefixes; the
 * property test beside this file repeats that. A settled block is never lexed again.
 *
 * Not covered by the rule: a link definition that comes after its use. finish() lexes the whole once and replaces
 * only the blocks that differ.
 */
export class StreamDocument {
  #source = '';
  #tailStart = 0;
  #links: Links = {};
  #settled: Block[] = [];
  #tail: Block[] = [];
  #finished = false;

  /** Settled blocks, then the tail's. */
  get blocks(): Block[] {
    return [...this.#settled, ...this.#tail];
  }

  /**
   * Takes the whole text so far; what the last update had must be its beginning, else the document starts anew. So it
   * does after finish(): an answer that is continued may go on in the middle of its last block.
   */
  update(text: string): void {
    // A CR at the end may become half of a CRLF.
    const source = text.replace(/\r\n?/g, (match, at: number) =>
      at + match.length < text.length ? '\n' : '',
    );
    if (this.#finished && source === this.#source) return;
    if (this.#finished || !source.startsWith(this.#source)) this.#reset();
    this.#source = source;
    const tokens = lex(source.slice(this.#tailStart), this.#links);
    this.#settle(tokens);
  }

  /** The document is complete: one full lex, which also resolves link definitions that came late. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    const before = this.blocks;
    this.#settled = [];
    for (const token of lex(this.#source, {})) {
      if (!isBlock(token)) continue;
      const index = this.#settled.length;
      this.#settled.push(sameOrNew(before[index], { ...toBlock(token, index), closed: true }));
    }
    this.#tail = [];
    this.#tailStart = this.#source.length;
  }

  #settle(tokens: Token[]): void {
    const settledCount = settledTokens(tokens);
    const before = this.#tail;
    this.#tail = [];
    let position = 0;
    tokens.forEach((token, index) => {
      const closed = index < settledCount;
      if (closed) {
        this.#tailStart += token.raw.length;
        collectLinks(token, this.#links);
      }
      if (!isBlock(token)) return;
      // No shortcut for an equal `raw`: two lexings of one raw can differ in what they make of indentation.
      const key = this.#settled.length + this.#tail.length;
      const block = sameOrNew(before[position++], { ...toBlock(token, key), closed });
      (closed ? this.#settled : this.#tail).push(block);
    });
  }

  #reset(): void {
    this.#finished = false;
    this.#tailStart = 0;
    this.#links = {};
    this.#settled = [];
    this.#tail = [];
  }
}

/** How many tokens from the start are settled by the boundary rule. */
function settledTokens(tokens: Token[]): number {
  let later = 0;
  for (let index = tokens.length - 1; index >= 0; index--) {
    const token = tokens[index];
    if (token === undefined) continue;
    if (later >= 2 && (token.type === 'space' || /\n[ \t]*\n$/.test(token.raw))) return index + 1;
    if (isBlock(token)) later++;
  }
  return 0;
}

/** Only settled definitions count: one in the tail may still be growing. The first of a label wins. */
function collectLinks(token: Token, links: Links): void {
  if (token.type === 'def') links[token['tag']] ??= { href: token['href'], title: token['title'] };
  const inner: Token[] = token.type === 'list' ? token['items'] : ('tokens' in token && token.tokens) || [];
  for (const child of inner) collectLinks(child, links);
}

function isBlock(token: Token): boolean {
  return token.type !== 'space' && token.type !== 'def';
}

function toBlock(token: Token, key: number): Block {
  if (token.type !== 'code') return { key, code: null, html: toHtml(token), closed: false };
  const lang = String(token['lang'] ?? '').split(/\s/)[0] ?? '';
  return { key, code: { text: String(token['text']), lang }, html: '', closed: false };
}

function sameOrNew(old: Block | undefined, next: Block): Block {
  const same =
    old?.key === next.key &&
    old.html === next.html &&
    old.closed === next.closed &&
    old.code?.text === next.code?.text &&
    old.code?.lang === next.code?.lang;
  return same ? old : next;
}
