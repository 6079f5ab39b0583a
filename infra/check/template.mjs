import { calls, isExpression, parse } from './expressions.mjs';
import { arityFault } from './functions.mjs';
import { walk } from './json.mjs';
import { isSecretName, roles } from './contract.mjs';
import { isKnown, versionOf } from './schemas.mjs';

const SCHEMA = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const topLevel = ['$schema', 'contentVersion', 'metadata', 'parameters', 'variables', 'resources', 'outputs'];
const ofParameters = ['type', 'defaultValue', 'allowedValues', 'minValue', 'maxValue', 'minLength', 'maxLength', 'metadata'];
const ofResources = ['type', 'apiVersion', 'name', 'location', 'kind', 'sku', 'tags', 'identity', 'scope', 'properties', 'dependsOn', 'condition', 'copy', 'comments'];
const types = { string: 'string', securestring: 'string', int: 'number', bool: 'boolean', object: 'object', secureobject: 'object', array: 'object' };

/**
 * What a template says, without evaluating it: its form, every expression, and that what is declared is used and what is used declared.
 * @param {object} template
 * @param {(path: (string|number)[], text: string) => void} found
 */
export function checkTemplate(template, found) {
  if (template.$schema !== SCHEMA) found(['$schema'], `must be ${SCHEMA}`);
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(template.contentVersion)) found(['contentVersion'], 'four numbers with dots between them');
  for (const name of Object.keys(template)) if (!topLevel.includes(name)) found([name], `"${name}" is no part of a template`);

  for (const [name, parameter] of Object.entries(template.parameters ?? {})) checkParameter(name, parameter, found);
  const used = { parameters: new Set(), variables: new Set() };
  for (const { value, path } of walk(template)) {
    if (typeof value !== 'string') continue;
    if (/^\[[^[]/.test(value) && !value.endsWith(']')) found(path, 'begins with a bracket and does not end with one');
    if (GUID.test(value)) checkGuid(value, path, found);
    if (isExpression(value)) checkExpression(value, path, template, used, found);
  }
  for (const kind of ['parameters', 'variables']) {
    for (const name of Object.keys(template[kind] ?? {})) if (!used[kind].has(name)) found([kind, name], `"${name}" is never used`);
  }
  for (const [index, resource] of (template.resources ?? []).entries()) checkResource(resource, ['resources', index], found);
  for (const [name, output] of Object.entries(template.outputs ?? {})) {
    if (!types[output.type?.toLowerCase()]) found(['outputs', name, 'type'], `"${output.type}" is no type`);
    if (!('value' in output)) found(['outputs', name], 'an output has a value');
  }
}

function checkParameter(name, parameter, found) {
  const path = ['parameters', name];
  const type = types[parameter.type?.toLowerCase()];
  if (!type) found([...path, 'type'], `"${parameter.type}" is no type`);
  for (const member of Object.keys(parameter)) if (!ofParameters.includes(member)) found([...path, member], `"${member}" is no part of a parameter`);
  if (!parameter.metadata?.description) found(path, 'a parameter says what it is for');
  if (isSecretName(name) !== /^secure/i.test(parameter.type)) found([...path, 'type'], isSecretName(name) ? 'a secret is secureString or secureObject' : 'no secret by its name, yet of a secure type');
  const value = parameter.defaultValue;
  if (value === undefined || isExpression(value)) return;
  if (type && typeof value !== type) found([...path, 'defaultValue'], `a ${parameter.type} belongs here`);
  if (/^secure/i.test(parameter.type) && Object.keys(value).length > 0) found([...path, 'defaultValue'], 'a secret has no default');
  if (parameter.allowedValues && !parameter.allowedValues.includes(value)) found([...path, 'defaultValue'], `not one of ${parameter.allowedValues.join(', ')}`);
  const size = typeof value === 'string' ? value.length : value;
  if (parameter.minValue > size || parameter.maxValue < size || parameter.minLength > size || parameter.maxLength < size) found([...path, 'defaultValue'], 'outside of its limits');
}

function checkGuid(value, path, found) {
  const name = Object.keys(roles).find(one => roles[one] === value.toLowerCase());
  if (!name) found(path, `${value} is no role that infra/check knows`);
  else if (path.at(-1) !== name) found(path, `${value} is the role "${name}", not "${path.at(-1)}"`);
}

function checkExpression(text, path, template, used, found) {
  let tree;
  try {
    tree = parse(text);
  } catch (error) {
    found(path, `${text.slice(0, 60)}: ${error.message}`);
    return;
  }
  for (const { call, args } of calls(tree)) {
    const fault = arityFault(call, args.length);
    if (fault) found(path, fault);
    if (call === 'parameters' || call === 'variables') {
      const name = args[0]?.literal;
      if (typeof name !== 'string') found(path, `${call}() takes a name in quotes`);
      else if (!Object.hasOwn(template[call] ?? {}, name)) found(path, `there is no ${call.slice(0, -1)} "${name}"`);
      else used[call].add(name);
    }
    if (call === 'newGuid' || call === 'utcNow') found(path, `${call}() says something else at each deployment`);
    if (path[0] !== 'resources' && path[0] !== 'outputs' && (call === 'reference' || call.startsWith('list'))) found(path, `${call}() is refused outside of resources and outputs`);
    if (path[0] === 'parameters' && (call === 'variables' || call === 'resourceId')) found(path, `${call}() is refused in the default of a parameter`);
  }
}

function checkResource(resource, path, found) {
  for (const name of Object.keys(resource)) if (!ofResources.includes(name)) found([...path, name], `"${name}" is no part of a resource`);
  for (const name of ['type', 'apiVersion', 'name']) if (typeof resource[name] !== 'string') found([...path, name], `a resource has a ${name}`);
  if (!/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(resource.apiVersion)) found([...path, 'apiVersion'], `"${resource.apiVersion}" is no version: YYYY-MM-DD`);
  if (!isKnown(resource.type)) found([...path, 'type'], `infra/check has no schema of ${resource.type}: add it to schemas.mjs`);
  else if (versionOf(resource.type) !== resource.apiVersion) found([...path, 'apiVersion'], `the schema at hand is of ${versionOf(resource.type)}`);
}
