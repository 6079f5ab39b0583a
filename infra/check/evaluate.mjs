import { isExpression, parse } from './expressions.mjs';
import { arityFault, ExpressionError, functions, resourceIdOf } from './functions.mjs';

/** What resources tell of themselves once they are there, as far as templates here ask. */
const runtime = {
  'Microsoft.ManagedIdentity/userAssignedIdentities': ['principalId', 'clientId', 'tenantId'],
  'Microsoft.Insights/components': ['ConnectionString', 'InstrumentationKey', 'AppId'],
  'Microsoft.CognitiveServices/accounts': ['endpoint'],
  'Microsoft.SignalRService/signalR': ['hostName', 'externalIP'],
  'Microsoft.Storage/storageAccounts': ['primaryEndpoints'],
  'Microsoft.Web/sites': ['defaultHostName', 'outboundIpAddresses'],
};

const platform = {
  resourceGroup: { id: '/subscriptions/s/resourceGroups/g', name: 'g', location: 'swedencentral' },
  subscription: { id: '/subscriptions/s', subscriptionId: 's', tenantId: 't' },
  environment: { name: 'AzureCloud', suffixes: { storage: 'core.windows.net' } },
};

class Reference {
  constructor(id) { this.id = id; }
}

/**
 * Evaluates a template, or what bicep.mjs made of one ({$ast} in place of bracket expressions), for one set of parameters.
 * @param {object} template
 * @param {{parameters?: object, templateLink?: string}} given
 * @returns {{resources: object[], outputs: object, mentioned: Set<string>, faults: {path: (string|number)[], text: string}[]}}
 */
export function evaluateTemplate(template, given = {}) {
  const faults = [];
  const context = { template, given, variables: new Map(), references: new Set(), mentioned: new Set(), symbols: template.symbols ?? {} };
  const attempt = (path, value, extra = {}) => {
    try {
      return evaluate(value, { ...context, ...extra });
    } catch (error) {
      if (!(error instanceof ExpressionError || error instanceof SyntaxError)) throw error;
      faults.push({ path, text: error.message });
      return undefined;
    }
  };

  for (const name of Object.keys(template.variables ?? {})) attempt(['variables', name], { $ast: { call: 'variables', args: [{ literal: name }] } });
  const resources = [];
  for (const [index, resource] of (template.resources ?? []).entries()) {
    const path = ['resources', index];
    const count = resource.copy ? attempt([...path, 'copy', 'count'], resource.copy.count) ?? 0 : 1;
    if (resource.copy && !Number.isInteger(count)) faults.push({ path: [...path, 'copy', 'count'], text: 'the count of a copy is a whole number' });
    for (let place = 0; place < count; place++) resources.push(instance(resource, path, resource.copy ? place : undefined));
  }

  function instance(resource, path, copyIndex) {
    context.references = new Set();
    const { condition = true, dependsOn = [], copy, type, apiVersion, line, symbol, ...body } = resource;
    const get = (name, value) => attempt([...path, name], value, { copyIndex });
    const name = get('name', body.name);
    const scope = body.scope === undefined ? undefined : get('scope', body.scope);
    const deployed = get('condition', condition);
    if (typeof deployed !== 'boolean') faults.push({ path: [...path, 'condition'], text: 'a condition is true or false' });
    const ids = dependsOn.flatMap((one, at) => attempt([...path, 'dependsOn', at], one, { copyIndex }) ?? []);
    const referencedBefore = new Set(context.references);
    const evaluated = {};
    // What is not deployed is not evaluated by Azure either, beyond its name.
    for (const [member, value] of Object.entries(body)) if (deployed) evaluated[member] = get(member, value);
    let id;
    if (typeof name !== 'string' && body.name === undefined) faults.push({ path, text: 'a resource has a name' });
    try {
      id = typeof name === 'string' ? (scope ? `${scope}/providers` : '') + resourceIdOf(type, name.split('/')) : undefined;
    } catch (error) {
      faults.push({ path: [...path, 'name'], text: error.message });
    }
    return { id, type, apiVersion, name: String(name), scope, deployed, dependsOn: ids, copyName: copy?.name, references: new Set([...context.references, ...referencedBefore]), body: evaluated, path };
  }

  const outputs = {};
  for (const [name, output] of Object.entries(template.outputs ?? {})) outputs[name] = attempt(['outputs', name, 'value'], output.value);
  return { resources, outputs, faults, mentioned: context.mentioned };
}

/** A value in which every expression is replaced by what it says. */
export function evaluate(value, context) {
  if (isExpression(value)) return plain(node(parse(value), context));
  if (typeof value === 'string') return value.startsWith('[[') ? value.slice(1) : value;
  if (Array.isArray(value)) return value.map(one => evaluate(one, context));
  if (value && typeof value === 'object') {
    if (value.$ast) return plain(node(value.$ast, context));
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [evaluate(name, context), evaluate(one, context)]));
  }
  return value;
}

function plain(value) {
  if (value instanceof Reference) throw new ExpressionError(`what ${value.id} tells of itself is used whole`);
  return value;
}

function node(tree, context) {
  if ('literal' in tree) return tree.literal;
  if (tree.call) return call(tree, context);
  if (tree.symbol) return context.symbols[tree.symbol](tree.member, context, node);
  if (tree.object) return Object.fromEntries(tree.object.map(([name, value]) => [node(name, context), plain(node(value, context))]));
  if (tree.array) return tree.array.map(one => plain(node(one, context)));
  const of = node(tree.of, context);
  const name = tree.member ?? node(tree.index, context);
  if (of instanceof Reference) return told(of, name, context);
  if (of === null || typeof of !== 'object') throw new ExpressionError(`"${name}" is asked of ${JSON.stringify(of)}`);
  if (!Object.hasOwn(of, name)) throw new ExpressionError(`there is no "${name}" in ${JSON.stringify(of).slice(0, 80)}`);
  return of[name];
}

function told(reference, name, context) {
  const { id } = reference;
  const type = id.split('/providers/').at(-1).replace(/^\//, '').split('/').filter((_, place) => place === 0 || place % 2 === 1).join('/');
  if (!runtime[type]?.includes(name)) throw new ExpressionError(`${type} tells no "${name}" (known: ${runtime[type]?.join(', ') ?? 'nothing'})`);
  context.references.add(id);
  return `{${name} of ${id}}`;
}

function call({ call: name, args }, context) {
  const fault = arityFault(name, args.length);
  if (fault) throw new ExpressionError(fault);
  switch (name) {
    case 'if': {
      const condition = node(args[0], context);
      if (typeof condition !== 'boolean') throw new ExpressionError(`if takes true or false, not ${JSON.stringify(condition)}`);
      return node(args[condition ? 1 : 2], context);
    }
    case 'parameters': return parameter(node(args[0], context), context);
    case 'variables': return variable(node(args[0], context), context);
    case 'copyIndex':
      if (context.copyIndex === undefined) throw new ExpressionError('copyIndex() outside of a copy');
      return context.copyIndex;
    case 'reference': return new Reference(node(args[0], context));
    case 'deployment': return { name: 'd', properties: context.given.templateLink ? { templateLink: { uri: context.given.templateLink } } : {} };
    default: {
      if (platform[name]) return platform[name];
      if (!functions[name][2]) throw new ExpressionError(`infra/check cannot evaluate ${name}(): teach it in functions.mjs`);
      const result = functions[name][2](...args.map(one => plain(node(one, context))));
      if (name === 'resourceId' || name === 'extensionResourceId') context.mentioned.add(result);
      return result;
    }
  }
}

function parameter(name, context) {
  const declared = context.template.parameters?.[name];
  if (!declared) throw new ExpressionError(`there is no parameter "${name}"`);
  const given = context.given.parameters ?? {};
  if (Object.hasOwn(given, name)) return given[name];
  if (!('defaultValue' in declared)) throw new ExpressionError(`the parameter "${name}" has no default`);
  return evaluate(declared.defaultValue, { ...context, copyIndex: undefined });
}

function variable(name, context) {
  const declared = context.template.variables ?? {};
  if (!Object.hasOwn(declared, name)) throw new ExpressionError(`there is no variable "${name}"`);
  const known = context.variables;
  if (!known.has(name)) {
    known.set(name, undefined);
    known.set(name, evaluate(declared[name], { ...context, copyIndex: undefined }));
  }
  if (known.get(name) === undefined) throw new ExpressionError(`the variable "${name}" is made of itself, or is wrong`);
  return known.get(name);
}

/** A reference to what a resource tells of itself, for symbols of Bicep. */
export const referenceTo = id => new Reference(id);
