import { describe, expect, it } from 'vitest';
import { JsonPieces, type GoesInto, type Piece } from './json-pieces';

function split(text: string, size = text.length, goesInto?: GoesInto): { pieces: Piece[]; end: string } {
  const splitter = new JsonPieces(goesInto);
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length; at += size) pieces.push(...splitter.push(text.slice(at, at + size)));
  return { pieces, end: splitter.end() };
}

const texts = ({ pieces }: { pieces: Piece[] }) => pieces.map(({ text }) => text?.trim());
const list = ['{"a":"] } \\" {","b":[1,{"c":[]}]}', '{}', '"x, y"', '3', '[1]', '{"é 🙂":null}'];
const sizes = [1, 2, 3, 7, 1000];

describe('JsonPieces', () => {
  it.each(sizes)('gives the same elements in stretches of %i', (size) => {
    const { pieces, end } = split(` \uFEFF\n[ ${list.join(' ,\n')} ]\n`, size);
    expect(pieces.map(({ text }) => JSON.parse(String(text)))).toEqual(list.map((item) => JSON.parse(item)));
    expect(end).toBe('whole');
  });

  it.each(sizes)('goes into what is asked for, in stretches of %i', (size) => {
    const text = `{ "other" : {"store":{"list":[9]}}, "store":{"n":3,"list":[{"a":1}, {"a":2}],"last":"x"},"m":{"all":{"k\\n":{"b":1},"l":[2]}} }`;
    const { pieces, end } = split(text, size, (path) => ['store', 'store/list', 'm', 'm/all'].includes(path));
    expect(pieces.map(({ under, name, text }) => [under, name, JSON.parse(String(text))])).toEqual([
      ['', 'other', { store: { list: [9] } }],
      ['store', 'n', 3],
      ['store/list', '', { a: 1 }],
      ['store/list', '', { a: 2 }],
      ['store', 'last', 'x'],
      ['m/all', 'k\n', { b: 1 }],
      ['m/all', 'l', [2]],
    ]);
    expect(end).toBe('whole');
  });

  it('keeps a broken element to itself', () => {
    const found = split('[{"a":1},{"b":,},{"c":3}]', 4);
    expect(texts(found)).toEqual(['{"a":1}', '{"b":,}', '{"c":3}']);
    expect(found.end).toBe('whole');
  });

  it('says where a text is torn', () => {
    const found = split('[{"a":1},{"b":');
    expect([texts(found), found.end]).toEqual([['{"a":1}'], 'torn']);
  });

  it.each(['', '  ', 'hello', '"x"'])('knows that %j is none', (text) =>
    expect(split(text).end).toBe('none'),
  );

  it.each(['[ ]', '{ }'])('takes an empty %j', (text) =>
    expect(split(text)).toEqual({ pieces: [], end: 'whole' }),
  );
});
