import { describe, expect, it } from 'vitest';
import { ItemSplitter } from './item-splitter';

function split(text: string, size = text.length): { items: unknown[]; end: string } {
  const splitter = new ItemSplitter();
  const items: unknown[] = [];
  for (let at = 0; at < text.length; at += size) items.push(...splitter.push(text.slice(at, at + size)));
  return { items, end: splitter.end() };
}

const list = ['{"a":"] } \\" {","b":[1,{"c":[]}]}', '{}', '"x, y"', '3', '[1]', '{"é 🙂":null}'];

describe('ItemSplitter', () => {
  it.each([1, 2, 3, 7, 1000])('gives the same items in stretches of %i', (size) => {
    const text = ` \uFEFF\n[ ${list.join(' ,\n')} ]\n`;
    const { items, end } = split(text, size);
    expect(items.map((item) => JSON.parse(String(item)))).toEqual(list.map((item) => JSON.parse(item)));
    expect(end).toBe('whole');
  });
  it('keeps a broken item to itself', () => {
    const { items, end } = split('[{"a":1},{"b":,},{"c":3}]', 4);
    expect(items).toEqual(['{"a":1}', '{"b":,}', '{"c":3}']);
    expect(end).toBe('whole');
  });
  it('takes a single object', () =>
    expect(split('{"a":[1]} ')).toEqual({ items: ['{"a":[1]}'], end: 'whole' }));
  it('says where a file is torn', () =>
    expect(split('[{"a":1},{"b":')).toEqual({ items: ['{"a":1}'], end: 'torn' }));
  it.each(['', '  ', 'hello', '"x"'])('knows that %j is none', (text) =>
    expect(split(text).end).toBe('none'),
  );
  it('takes an empty list', () => expect(split('[ ]')).toEqual({ items: [], end: 'whole' }));
});
