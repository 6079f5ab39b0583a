import type { Token, Tokens } from 'marked';

/** Markdown as people write without it: no marks, lists with dots and numbers, tables with tabs, links with their address. */
export async function plainText(markdown: string): Promise<string> {
  const { lex } = await import('../markdown/lex');
  return blocks(lex(markdown, {}), '\n\n');
}

function blocks(tokens: Token[], between: string): string {
  return tokens
    .filter(({ type }) => type !== 'space' && type !== 'def')
    .map(block)
    .filter((text) => text !== '')
    .join(between);
}

function block(token: Token): string {
  if (token.type === 'list') return list(token as Tokens.List);
  if (token.type === 'table') return table(token as Tokens.Table);
  if (token.type === 'blockquote') return blocks((token as Tokens.Blockquote).tokens, '\n\n');
  if (token.type === 'hr') return '—';
  return inline(token);
}

function list({ items, ordered, start }: Tokens.List): string {
  const lines = items.map((item, at) => {
    const mark = ordered ? `${Number(start || 1) + at}.` : '•';
    const box = item.task ? (item.checked ? '☑ ' : '☐ ') : '';
    const text = blocks(
      item.tokens.filter(({ type }) => type !== 'checkbox'),
      '\n',
    );
    return `${mark} ${box}${text.replaceAll('\n', '\n  ')}`;
  });
  return lines.join('\n');
}

function table({ header, rows }: Tokens.Table): string {
  return [header, ...rows].map((cells) => cells.map((cell) => inlines(cell.tokens)).join('\t')).join('\n');
}

const inlines = (tokens: Token[]): string => tokens.map(inline).join('');

function inline(token: Token): string {
  if (token.type === 'br') return '\n';
  if (token.type === 'html') return '';
  if (token.type === 'link' || token.type === 'image') {
    const { href, text } = token as Tokens.Link;
    const shown = token.type === 'link' ? inlines((token as Tokens.Link).tokens) : text;
    return shown === '' || shown === href ? href : `${shown} (${href})`;
  }
  const { tokens } = token as { tokens?: Token[] };
  if (tokens && tokens.length > 0) return inlines(tokens);
  return unescaped((token as { text?: string }).text ?? token.raw, token.type);
}

/** Outside of code, text may hold entities. */
function unescaped(text: string, type: string): string {
  if (type === 'code' || type === 'codespan') return text;
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };
  return text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => entities[name] ?? '');
}
