/**
 * JSON with places: what JSON.parse reads, and the line of every value; names that stand twice in an object are refused,
 * because JSON.parse takes the last one without a word.
 * @param {string} text
 * @returns {{value: unknown, line: (path: (string|number)[]) => number, duplicates: {path: (string|number)[], line: number}[]}}
 */
export function parseJson(text) {
  const lines = new Map();
  const duplicates = [];
  let at = 0;
  let line = 1;

  const fail = what => { throw new SyntaxError(`line ${line}: ${what}`); };
  const blank = () => {
    for (; at < text.length && ' \t\r\n'.includes(text[at]); at++) if (text[at] === '\n') line++;
  };
  const expect = char => {
    blank();
    if (text[at] !== char) fail(`"${char}" expected, "${text[at] ?? 'the end'}" found`);
    at++;
  };

  function string() {
    const end = /"(?:[^"\\\n]|\\.)*"/y;
    end.lastIndex = at;
    const found = end.exec(text);
    if (!found) fail('a string that does not end');
    at = end.lastIndex;
    return JSON.parse(found[0]);
  }

  function members(close, path, read) {
    blank();
    if (text[at] === close) { at++; return; }
    for (;;) {
      read(path);
      blank();
      if (text[at] === close) { at++; return; }
      expect(',');
    }
  }

  function value(path) {
    blank();
    lines.set(key(path), line);
    if (text[at] === '{') {
      at++;
      const object = {};
      members('}', path, () => {
        blank();
        if (text[at] !== '"') fail('a name in quotes expected');
        const name = string();
        if (Object.hasOwn(object, name)) duplicates.push({ path: [...path, name], line });
        expect(':');
        object[name] = value([...path, name]);
      });
      return object;
    }
    if (text[at] === '[') {
      at++;
      const array = [];
      members(']', path, () => array.push(value([...path, array.length])));
      return array;
    }
    if (text[at] === '"') return string();
    const scalar = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
    scalar.lastIndex = at;
    const found = scalar.exec(text);
    if (!found) fail(`"${text[at] ?? 'the end'}" is no value`);
    at = scalar.lastIndex;
    return JSON.parse(found[0]);
  }

  const parsed = value([]);
  blank();
  if (at < text.length) fail(`"${text[at]}" after the end`);
  return { value: parsed, line: path => nearest(lines, path), duplicates };
}

/** @param {(string|number)[]} path */
export const key = path => path.join('\u0000');

function nearest(lines, path) {
  for (let length = path.length; length > 0; length--) {
    const found = lines.get(key(path.slice(0, length)));
    if (found) return found;
  }
  return 1;
}

/** Every value below a value, with its path; object keys come as values too, because ARM evaluates them. */
export function* walk(value, path = []) {
  yield { value, path };
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* walk(item, [...path, index]);
  else if (value && typeof value === 'object') {
    for (const [name, item] of Object.entries(value)) {
      if (name.startsWith('[')) yield { value: name, path: [...path, name] };
      yield* walk(item, [...path, name]);
    }
  }
}
