import { arityFault, functions } from './functions.mjs';
import { calls, isExpression, parse } from './expressions.mjs';
import { walk } from './json.mjs';

const own = { basics: [1, 1], steps: [1, 1], location: [0, 0], resourceGroup: [0, 0], subscription: [0, 0] };
const elementTypes = {
  'Microsoft.Common.TextBox': 'string', 'Microsoft.Common.PasswordBox': 'securestring', 'Microsoft.Common.CheckBox': 'bool',
  'Microsoft.Common.DropDown': 'string', 'Microsoft.Common.InfoBox': null, 'Microsoft.Common.TextBlock': null,
};

/**
 * The form of the button (createUiDefinition.json) against the template whose parameters it fills.
 * @param {object} form
 * @param {object} template
 * @param {(path: (string|number)[], text: string) => void} found
 * @returns {object[]} Parameters as the form would give them: with nothing filled in, and with everything.
 */
export function checkForm(form, template, found) {
  if (form.handler !== 'Microsoft.Azure.CreateUIDef') found(['handler'], 'must be Microsoft.Azure.CreateUIDef');
  if (!form.$schema?.includes(`/${form.version}/`)) found(['version'], 'the version and the one in $schema are the same');
  const { basics = [], steps = [], outputs = {} } = form.parameters ?? {};
  const elements = new Map(); // "basics.code" → {element, path}
  const add = (place, list, path) => {
    for (const [index, element] of list.entries()) {
      const name = `${place}.${element.name}`;
      if (elements.has(name)) found([...path, index, 'name'], `"${element.name}" is there twice`);
      elements.set(name, { element, path: [...path, index] });
      checkElement(element, [...path, index], found);
    }
  };
  add('basics', basics, ['parameters', 'basics']);
  for (const [index, step] of steps.entries()) add(`steps.${step.name}`, step.elements, ['parameters', 'steps', index, 'elements']);

  const used = new Set();
  for (const { value, path } of walk(form)) {
    if (!isExpression(value) || path.includes('regex')) continue;
    try {
      checkExpression(parse(value), path, elements, used, found);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      found(path, `${value.slice(0, 60)}: ${error.message}`);
    }
  }
  for (const [name, { element, path }] of elements) {
    if (elementTypes[element.type] && !used.has(name)) found([...path, 'name'], `nobody asks for "${element.name}"`);
  }

  const given = [{}, {}];
  const fillings = [filling(elements, false), filling(elements, true)];
  for (const [name, output] of Object.entries(outputs)) {
    const path = ['parameters', 'outputs', name];
    const parameter = template.parameters[name];
    if (!parameter) {
      found(path, `the template has no parameter "${name}"`);
      continue;
    }
    for (const [place, inputs] of fillings.entries()) {
      try {
        given[place][name] = isExpression(output) ? answer(parse(output), inputs) : output;
      } catch (error) {
        found(path, error.message);
        continue;
      }
      const fault = parameterFault(parameter, given[place][name]);
      if (fault) found(path, `${fault}, when ${place === 0 ? 'nothing' : 'everything'} is filled in`);
    }
    const source = isExpression(output) ? [...elements].find(([one]) => asks(output, one)) : undefined;
    if (/^secure/i.test(parameter.type) && source?.[1].element.type !== 'Microsoft.Common.PasswordBox') found(path, 'a secret is asked for in a PasswordBox');
    if (!/^secure/i.test(parameter.type) && source?.[1].element.type === 'Microsoft.Common.PasswordBox') found(path, 'what a PasswordBox asks for is a secret parameter');
  }
  for (const [name, parameter] of Object.entries(template.parameters)) {
    if (!('defaultValue' in parameter) && !(name in outputs)) found(['parameters', 'outputs'], `nobody fills in the parameter "${name}"`);
  }
  return given;
}

const asks = (output, name) => {
  const [place, ...rest] = name.split('.');
  return place === 'basics' ? output.includes(`basics('${rest[0]}')`) : output.includes(`steps('${rest[0]}').${rest[1]}`);
};

function checkElement(element, path, found) {
  if (!(element.type in elementTypes)) found([...path, 'type'], `infra/check does not know the element ${element.type}`);
  if (!/^[A-Za-z]\w*$/.test(element.name ?? '')) found([...path, 'name'], 'an element has a name of letters');
  if (element.type === 'Microsoft.Common.PasswordBox' ? !element.label?.password : elementTypes[element.type] && typeof element.label !== 'string') found([...path, 'label'], 'an element has a label');
  if (elementTypes[element.type] && !element.toolTip) found(path, 'an element says what it is for');
  if (element.type === 'Microsoft.Common.PasswordBox' && 'defaultValue' in element) found([...path, 'defaultValue'], 'a PasswordBox has no default');
  const { regex, required, validationMessage, allowedValues } = element.constraints ?? {};
  if (regex !== undefined) {
    try {
      const rule = new RegExp(regex);
      if (element.defaultValue !== undefined && !rule.test(element.defaultValue)) found([...path, 'defaultValue'], 'the default breaks its own rule');
      if (!required && !rule.test('')) found([...path, 'constraints', 'regex'], 'an element that may stay empty has a rule that takes nothing');
    } catch {
      found([...path, 'constraints', 'regex'], 'no regular expression');
    }
    if (!validationMessage) found([...path, 'constraints'], 'a rule says what is wrong: validationMessage');
  }
  if (element.type === 'Microsoft.Common.DropDown' && !allowedValues?.some(one => one.label === element.defaultValue)) found([...path, 'defaultValue'], 'the default of a DropDown is the label of one of its values');
}

function checkExpression(tree, path, elements, used, found) {
  for (const { call, args } of calls(tree)) {
    const [least, most] = own[call] ?? [];
    const fault = own[call] ? (args.length < least || args.length > most ? `${call} takes ${least} argument(s)` : null) : arityFault(call, args.length);
    if (fault) found(path, fault);
  }
  const ask = (name, what) => {
    if (elements.has(name)) used.add(name);
    else found(path, `there is no ${what}`);
  };
  /** @param inside The call whose argument this is: an element that is not shown, or not yet, says null. */
  const visit = (node, parent, inside) => {
    const name = node.call === 'steps' ? `steps.${node.args[0]?.literal}.${parent?.member}` : `basics.${node.args?.[0]?.literal}`;
    if (['basics', 'steps'].includes(node.call) && inside !== 'coalesce' && elements.get(name)?.element.type !== 'Microsoft.Common.DropDown') {
      found(path, 'an element that is not shown says null: coalesce(..., \'\')');
    }
    if (node.call === 'basics') ask(`basics.${node.args[0]?.literal}`, `element "${node.args[0]?.literal}" in basics`);
    if (node.call === 'steps') ask(`steps.${node.args[0]?.literal}.${parent?.member}`, `element "${parent?.member}" in the step "${node.args[0]?.literal}"`);
    for (const arg of node.args ?? []) visit(arg, undefined, node.call);
    if (node.of) visit(node.of, node, inside);
  };
  visit(tree);
}

/** What somebody may have typed: nothing (defaults stay, the rest is null), or something everywhere. */
function filling(elements, isFull) {
  const inputs = { basics: {}, steps: {} };
  for (const [name, { element }] of elements) {
    const [place, ...rest] = name.split('.');
    const { allowedValues } = element.constraints ?? {};
    const chosen = allowedValues && (isFull ? allowedValues.at(-1) : allowedValues.find(one => one.label === element.defaultValue))?.value;
    const typed = element.type === 'Microsoft.Common.CheckBox' ? true : `typed-${rest.at(-1)}`;
    const value = chosen ?? (isFull ? typed : element.type === 'Microsoft.Common.TextBox' && element.visible === undefined ? element.defaultValue ?? '' : null);
    if (place === 'basics') inputs.basics[rest[0]] = value;
    else (inputs.steps[rest[0]] ??= {})[rest[1]] = value;
  }
  return inputs;
}

function answer(node, inputs) {
  if ('literal' in node) return node.literal;
  if (node.of) return answer(node.of, inputs)?.[node.member] ?? null;
  const { call, args } = node;
  const values = () => args.map(one => answer(one, inputs));
  switch (call) {
    case 'basics': return inputs.basics[args[0].literal] ?? null;
    case 'steps': return inputs.steps[args[0].literal] ?? {};
    case 'location': return 'swedencentral';
    case 'coalesce': return values().find(one => one !== null) ?? null;
    case 'if': return answer(args[answer(args[0], inputs) ? 1 : 2], inputs);
    default: {
      const does = functions[call]?.[2];
      if (!does) throw new Error(`infra/check cannot evaluate ${call}() in a form`);
      return does(...values());
    }
  }
}

function parameterFault(parameter, value) {
  const kind = String(parameter.type).toLowerCase().replace('secure', '');
  const is = { string: 'string', int: 'number', bool: 'boolean', object: 'object' }[kind];
  if (typeof value !== is || Number.isNaN(value)) return `a ${kind} belongs here, not ${JSON.stringify(value)}`;
  if (parameter.allowedValues && !parameter.allowedValues.includes(value)) return `${JSON.stringify(value)} is not one of ${parameter.allowedValues.join(', ')}`;
  if (parameter.minValue > value || parameter.maxValue < value) return `${value} is outside of the limits of the parameter`;
  return parameter.minLength > value.length || parameter.maxLength < value.length ? `${JSON.stringify(value)} is too long or too short` : null;
}
