/**
 * The template language of Azure Resource Manager: what stands in brackets, as a tree.
 * Source: "Syntax and expressions in ARM templates", learn.microsoft.com.
 * Nodes: {literal} | {call, args} | {of, member} | {of, index}.
 */

/** A string is an expression when it begins with one bracket and ends with one; `[[` is a bracket that is meant. */
export const isExpression = text => typeof text === 'string' && text.startsWith('[') && !text.startsWith('[[') && text.endsWith(']');

const parsed = new Map();

/** @param {string} text With its brackets. @throws {SyntaxError} */
export function parse(text) {
  if (!parsed.has(text)) parsed.set(text, parseInner(text.slice(1, -1)));
  return parsed.get(text);
}

function parseInner(text) {
  const tokens = [...tokenize(text)];
  let at = 0;
  const peek = () => tokens[at];
  const take = kind => {
    const token = tokens[at];
    if (token?.kind !== kind) throw new SyntaxError(`${kind} expected, ${token ? `"${token.text}"` : 'the end'} found`);
    at++;
    return token;
  };

  function expression() {
    let node = primary();
    for (;;) {
      if (peek()?.kind === '.') {
        at++;
        node = { of: node, member: take('name').text };
      } else if (peek()?.kind === '[') {
        at++;
        node = { of: node, index: expression() };
        take(']');
      } else return node;
    }
  }

  function primary() {
    const token = peek();
    if (token?.kind === 'string' || token?.kind === 'number') {
      at++;
      return { literal: token.value };
    }
    const name = take('name').text;
    if (peek()?.kind !== '(') {
      if (name === 'true' || name === 'false' || name === 'null') throw new SyntaxError(`${name} is a function here: ${name}()`);
      throw new SyntaxError(`"${name}" is neither text in quotes nor a call`);
    }
    at++;
    const args = [];
    if (peek()?.kind !== ')') {
      args.push(expression());
      while (peek()?.kind === ',') {
        at++;
        args.push(expression());
      }
    }
    take(')');
    return { call: name, args };
  }

  const node = expression();
  if (at < tokens.length) throw new SyntaxError(`"${peek().text}" after the end of the expression`);
  return node;
}

function* tokenize(text) {
  const token = /\s*(?:('(?:[^']|'')*')|(-?\d+)|([A-Za-z_][A-Za-z0-9_]*)|([().,[\]]))/y;
  while (token.lastIndex < text.trimEnd().length) {
    const from = token.lastIndex;
    const found = token.exec(text);
    if (!found) throw new SyntaxError(`"${text.slice(from).trim().slice(0, 20)}" cannot be read`);
    const [, string, number, name, sign] = found;
    if (string) yield { kind: 'string', text: string, value: string.slice(1, -1).replaceAll("''", "'") };
    else if (number) yield { kind: 'number', text: number, value: Number(number) };
    else yield name ? { kind: 'name', text: name } : { kind: sign, text: sign };
  }
}

/** Every call in a tree. */
export function* calls(node) {
  if (node.call) {
    yield node;
    for (const arg of node.args) yield* calls(arg);
  } else if (node.of) {
    yield* calls(node.of);
    if (node.index) yield* calls(node.index);
  }
}
