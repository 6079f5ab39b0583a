import { describe, expect, it } from 'vitest';
import { lex, toHtml } from './lex';

function formulas(markdown: string): string[] {
  const html = lex(markdown, {}).map(toHtml).join('');
  const host = document.createElement('div');
  host.innerHTML = html;
  return [...host.querySelectorAll<HTMLElement>('.math')].map((formula) => {
    const wide = formula.tagName === 'DIV' || formula.classList.contains('math-wide');
    return `${wide ? 'display' : 'inline'}:${formula.dataset['tex']}`;
  });
}

describe('pain 9: math delimiters', () => {
  it.each([
    ['$x$', 'inline:x'],
    ['so $a + b$, and', 'inline:a + b'],
    ['\\(a_b\\)', 'inline:a_b'],
    ['\\[a\\]', 'display:a'],
    ['$$a$$', 'display:a'],
    ['$$\na\n+ b\n$$', 'display:a\n+ b'],
    ['text\n\\[\na\n\\]\ntext', 'display:a'],
    ['in text $$a$$ too', 'display:a'],
    ['- item $x$', 'inline:x'],
    ['| $x$ |\n|---|\n| y |', 'inline:x'],
    ['$a_1 * b_2 * c$', 'inline:a_1 * b_2 * c'],
    ['归并排序 $O(n)$。', 'inline:O(n)'],
  ])('reads %j', (markdown, formula) => expect(formulas(markdown)).toEqual([formula]));

  it.each([
    'It costs $5 today and $10 tomorrow.',
    '$ x $',
    '$x $',
    '$x$5',
    '`$x$`',
    '```\n$x$\n$$y$$\n```',
    '    $x$',
    '$x\ny$',
    '\\$x\\$',
    '$$',
    '$$a\n\nb$$',
    'US$ and A$ are $ signs',
  ])('leaves %j alone', (markdown) => expect(formulas(markdown)).toEqual([]));
});
