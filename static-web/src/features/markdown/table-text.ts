/** The cells of a table as text: a formula as its source, a line break as one. */
export function tableCells(table: HTMLTableElement): string[][] {
  return [...table.rows].map((row) => [...row.cells].map(cellText));
}

function cellText(cell: HTMLElement): string {
  const copy = cell.cloneNode(true) as HTMLElement;
  for (const formula of copy.querySelectorAll<HTMLElement>('[data-tex]'))
    formula.textContent = formula.dataset['tex'] ?? '';
  for (const line of copy.querySelectorAll('br')) line.replaceWith('\n');
  return (copy.textContent ?? '').trim();
}

/** Rows that spreadsheets take from the clipboard: cells apart by tabs. */
export function toTabSeparated(cells: string[][]): string {
  return cells.map((row) => row.map((cell) => cell.replace(/\s+/g, ' ')).join('\t')).join('\n');
}

/**
 * RFC 4180, with a byte order mark by which Excel knows UTF-8. A cell that begins like a formula gets an apostrophe: a
 * spreadsheet would run what a model wrote (`=HYPERLINK(...)`, `@SUM(...)`). Only here: a file is opened without looking, and
 * text that is copied must stay what it is. Plain numbers with a sign stay numbers.
 */
export function toCsv(cells: string[][]): string {
  return `\ufeff${cells.map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

function csvCell(cell: string): string {
  const formula = /^[=+\-@\t\r]/.test(cell) && !/^[+-]\d[\d.,]*%?$/.test(cell);
  const safe = formula ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
