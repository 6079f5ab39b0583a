import { createHash } from 'node:crypto';

/**
 * The functions of ARM templates: least and most arguments, and what they do where our templates use them.
 * Source: "ARM template functions", learn.microsoft.com. What is computed in Azure alone (uniqueString, guid) gets a stand-in
 * of the same form.
 */
export class ExpressionError extends Error {}

const many = Infinity;
const hash = (...parts) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
const wrong = text => { throw new ExpressionError(text); };
const text = (value, name) => typeof value === 'string' ? value : wrong(`${name} takes text, not ${show(value)}`);
const list = (value, name) => Array.isArray(value) ? value : wrong(`${name} takes an array, not ${show(value)}`);
const flag = (value, name) => typeof value === 'boolean' ? value : wrong(`${name} takes true or false, not ${show(value)}`);
const number = (value, name) => Number.isInteger(value) ? value : wrong(`${name} takes a whole number, not ${show(value)}`);
const show = value => JSON.stringify(value)?.slice(0, 60) ?? 'nothing';

/** Segments of a type against names: `A.B/c/d` takes two. */
export const nameCount = type => type.split('/').length - 1;

export function resourceIdOf(type, names) {
  if (!/^[A-Za-z]+\.[A-Za-z]+(\/[A-Za-z]+)+$/.test(type)) wrong(`"${type}" is no resource type`);
  if (names.length !== nameCount(type)) wrong(`${type} has ${nameCount(type)} name(s), ${names.length} given`);
  const [provider, ...types] = type.split('/');
  return `/${provider}/${types.map((one, index) => `${one}/${names[index]}`).join('/')}`;
}

function format(args) {
  const [pattern, ...values] = args;
  const used = new Set();
  const result = text(pattern, 'format').replace(/\{(\d+)\}/g, (_, place) => {
    used.add(Number(place));
    return Number(place) < values.length ? String(values[place]) : wrong(`format has no value for {${place}}`);
  });
  if (used.size < values.length) wrong(`format is given ${values.length} value(s) and uses ${used.size}`);
  return result;
}

const isEmpty = value => value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)
  || (['string', 'object'].includes(typeof value) ? false : wrong(`empty takes text, an array or an object, not ${show(value)}`));

const GUID = digest => digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** name → [least, most, what it does]. Without the third the checker knows the function and cannot evaluate it. */
export const functions = {
  array: [1, 1], base64: [1, 1], bool: [1, 1, value => ['true', true, 1].includes(value)], coalesce: [1, many], copyIndex: [0, 2],
  concat: [1, many, (...args) => Array.isArray(args[0]) ? args.flatMap(one => list(one, 'concat')) : args.map(String).join('')],
  contains: [2, 2, (all, one) => all !== null && typeof all === 'object' && !Array.isArray(all) ? Object.hasOwn(all, text(one, 'contains')) : all.includes(one)],
  createArray: [0, many, (...args) => args],
  createObject: [0, many, (...args) => {
    if (args.length % 2 === 1) wrong('createObject takes names and values in pairs');
    const object = {};
    for (let at = 0; at < args.length; at += 2) {
      if (Object.hasOwn(object, args[at])) wrong(`createObject has "${args[at]}" twice`);
      object[text(args[at], 'createObject')] = args[at + 1];
    }
    return object;
  }],
  dataUri: [1, 1], dateTimeAdd: [2, 3], deployment: [0, 0], empty: [1, 1, isEmpty], endsWith: [2, 2], environment: [0, 0],
  equals: [2, 2, (a, b) => JSON.stringify(a) === JSON.stringify(b)],
  extensionResourceId: [3, many, (scope, type, ...names) => `${text(scope, 'extensionResourceId')}/providers${resourceIdOf(type, names)}`],
  false: [0, 0, () => false], filter: [2, 2], first: [1, 1, value => value[0]], flatten: [1, 1], format: [2, many, (...args) => format(args)],
  greater: [2, 2, (a, b) => number(a, 'greater') > number(b, 'greater')],
  greaterOrEquals: [2, 2, (a, b) => number(a, 'greaterOrEquals') >= number(b, 'greaterOrEquals')],
  guid: [1, many, (...args) => GUID(hash('guid', ...args.map(one => text(one, 'guid'))))],
  if: [3, 3], indexOf: [2, 2], int: [1, 1, Number], intersection: [2, many], items: [1, 1], join: [2, 2, (all, by) => list(all, 'join').join(by)],
  json: [1, 1, JSON.parse], lambda: [2, many], lambdaVariables: [1, 1], last: [1, 1], lastIndexOf: [2, 2],
  length: [1, 1, value => typeof value === 'object' ? Object.keys(value).length : text(value, 'length').length],
  less: [2, 2, (a, b) => number(a, 'less') < number(b, 'less')], lessOrEquals: [2, 2], list: [2, 3], listKeys: [2, 3], managementGroup: [0, 0],
  map: [2, 2], max: [1, many], min: [1, many], mod: [2, 2], mul: [2, 2], add: [2, 2], sub: [2, 2], div: [2, 2], newGuid: [0, 0],
  not: [1, 1, value => !flag(value, 'not')], null: [0, 0, () => null],
  and: [2, many, (...args) => args.every(one => flag(one, 'and'))], or: [2, many, (...args) => args.some(one => flag(one, 'or'))],
  padLeft: [2, 3], parameters: [1, 1], pickZones: [3, 5], providers: [1, 2], range: [2, 2], reduce: [3, 3], reference: [1, 3],
  replace: [3, 3, (value, from, to) => text(value, 'replace').replaceAll(from, to)], resourceGroup: [0, 0],
  resourceId: [2, many, (type, ...names) => resourceIdOf(text(type, 'resourceId'), names)],
  skip: [2, 2], sort: [2, 2], split: [2, 2, (value, by) => text(value, 'split').split(by)], startsWith: [2, 2], string: [1, 1, String], subscription: [0, 0],
  subscriptionResourceId: [2, many, (type, ...names) => `/subscription${resourceIdOf(text(type, 'subscriptionResourceId'), names)}`],
  substring: [1, 3], take: [2, 2, (value, count) => value.slice(0, count)], tenant: [0, 0], tenantResourceId: [2, many], toLower: [1, 1, value => text(value, 'toLower').toLowerCase()],
  toObject: [2, 3], toUpper: [1, 1], trim: [1, 1, value => text(value, 'trim').trim()], true: [0, 0, () => true],
  union: [2, many, (...args) => Array.isArray(args[0]) ? [...new Set(args.flat())] : Object.assign({}, ...args)],
  uniqueString: [1, many, (...args) => hash('unique', ...args.map(one => text(one, 'uniqueString'))).slice(0, 13).replace(/^./, 'u')],
  uri: [2, 2], uriComponent: [1, 1, encodeURIComponent], uriComponentToString: [1, 1], utcNow: [0, 1], variables: [1, 1],
};

/** Functions of Bicep that ARM has under the same name are taken from above. */
export function arityFault(name, count) {
  const known = functions[name];
  if (!known) return `there is no function ${name}`;
  const [least, most] = known;
  return count >= least && count <= most ? null : `${name} takes ${least === most ? least : most === many ? `${least} or more` : `${least} to ${most}`} argument(s), not ${count}`;
}
