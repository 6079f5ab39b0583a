import { describe, expect, it } from 'vitest';
import { lex, toHtml } from './lex';
import { tableCells, toCsv, toTabSeparated } from './table-text';

function cellsOf(markdown: string): string[][] {
  const host = document.createElement('div');
  host.innerHTML = lex(markdown, {}).map(toHtml).join('');
  const table = host.querySelector('table');
  if (table === null) throw new Error('no table');
  return tableCells(table);
}

describe('a table as text', () => {
  it('has what the cells say, formulas as TeX and breaks as lines', () =>
    expect(cellsOf('| **a** | $x_1$ |\n|---|---|\n| `b` <br> c | \\|d |')).toEqual([
      ['a', 'x_1'],
      ['b \n c', '|d'],
    ]));

  it('is one line a row for a spreadsheet', () =>
    expect(
      toTabSeparated([
        ['a', 'b\tc'],
        ['d\ne', '=1'],
      ]),
    ).toBe('a\tb c\nd e\t=1'));

  it('keeps its source for copying as Markdown', () => {
    const markdown = '| a | b |\n|:-:|---|\n| "<1>" | `&amp;` |';
    const host = document.createElement('div');
    host.innerHTML = lex(markdown, {}).map(toHtml).join('');
    expect(host.querySelector<HTMLElement>('.table-scroll')?.dataset['source']).toBe(markdown);
  });

  it('is CSV with quotes where they are needed', () =>
    expect(
      toCsv([
        ['a', 'b "c"'],
        ['d,e', 'f\ng'],
      ]),
    ).toBe('\ufeffa,"b ""c"""\r\n"d,e","f\ng"\r\n'));

  it.each([
    '=1+1',
    '+1+1',
    '-1+1',
    '@SUM(A1)',
    '=HYPERLINK("https://evil.example")',
    '\t=1',
    "-2+3+cmd|' /C calc'!A0",
  ])('runs no formula of %j in CSV', (cell) => expect(toCsv([[cell]])).toMatch(/^\ufeff"?'/));

  it.each(['-5', '+3.25', '-1,200', '-12%', 'a=b', '1-2'])('leaves %j as it is', (cell) =>
    expect(toCsv([[cell]]).replace(/["\ufeff]/g, '')).toBe(`${cell}\r\n`),
  );
});
