import { evaluateTemplate } from './evaluate.mjs';
import { dependencies } from './deployment.mjs';

/** azd brings the program itself, so this one differs. */
const differs = new Set(['packageUri']);

/**
 * That the Bicep file describes what the JSON describes: parameters, and for each set of parameters the same resources with the same
 * properties, in the same order of creation, and the same outputs.
 * @param {object} json The template.
 * @param {object} bicep The template that bicep.mjs made.
 * @param {Record<string, object>} scenarios
 * @param {(place: string, text: string) => void} found
 */
export function compareTwins(json, bicep, scenarios, found) {
  for (const name of union(json.parameters, bicep.parameters)) {
    const [a, b] = [json.parameters[name], bicep.parameters[name]];
    if (!a || !b) {
      found(`parameter ${name}`, `is in ${a ? 'azuredeploy.json' : 'resources.bicep'} alone`);
      continue;
    }
    for (const member of union(a, b)) {
      if (member === 'defaultValue' ? 'defaultValue' in a && 'defaultValue' in b : false) continue; // compared as evaluated
      const [left, right] = [a[member], b[member]].map(one => member === 'type' ? one?.toLowerCase() : one);
      if (JSON.stringify(left) !== JSON.stringify(right)) found(`parameter ${name}`, `${member} is ${JSON.stringify(left)} in JSON, ${JSON.stringify(right)} in Bicep`);
    }
  }

  const seen = new Set();
  const once = (place, text) => {
    if (!seen.has(place + text)) found(place, text);
    seen.add(place + text);
  };
  for (const [scenario, given] of Object.entries(scenarios)) {
    const parameters = { ...given.parameters };
    for (const name of differs) parameters[name] ??= evaluateDefault(json, name, given);
    const left = evaluateTemplate(json, { ...given, parameters });
    const right = evaluateTemplate(bicep, { ...given, parameters });
    for (const { path, text } of right.faults) once(`resources.bicep ${path.join('.')}`, text);
    compareDefaults(json, bicep, given, once);
    const [a, b] = [left, right].map(one => new Map(one.resources.map(resource => [resource.id, resource])));
    const [waitsA, waitsB] = [left, right].map(one => dependencies(withImplicit(one.resources)));
    for (const id of new Set([...a.keys(), ...b.keys()])) {
      const [one, other] = [a.get(id), b.get(id)];
      if (!one || !other) once(id, `is in ${one ? 'azuredeploy.json' : 'resources.bicep'} alone (${scenario})`);
      else {
        for (const member of ['type', 'apiVersion', 'deployed', 'body']) {
          for (const text of differences(one[member], other[member], member)) once(id, `${text} (${scenario})`);
        }
        for (const wait of waitsA.get(id)) if (!waitsB.get(id).has(wait)) once(id, `waits for ${wait} in JSON alone`);
        for (const wait of waitsB.get(id)) if (!waitsA.get(id).has(wait)) once(id, `waits for ${wait} in Bicep alone`);
      }
    }
    for (const text of differences(left.outputs, right.outputs, 'outputs')) once('outputs', `${text} (${scenario})`);
  }
}

/** Bicep derives from the use of a symbol what JSON says in dependsOn. */
const withImplicit = resources => resources.map(one => ({ ...one, dependsOn: [...one.dependsOn, ...[...one.references].filter(id => id !== one.id && resources.some(other => other.id === id))] }));

function evaluateDefault(template, name, given) {
  return evaluateTemplate({ ...template, resources: [], outputs: { value: { value: `[parameters('${name}')]` } } }, given).outputs.value;
}

function compareDefaults(json, bicep, given, found) {
  for (const name of Object.keys(json.parameters)) {
    if (differs.has(name) || !bicep.parameters[name]) continue;
    const [left, right] = [json, bicep].map(one => evaluateTemplate(
      { parameters: one.parameters, symbols: {}, outputs: { value: { value: { $ast: { call: 'parameters', args: [{ literal: name }] } } } } }, { templateLink: given.templateLink }).outputs.value);
    for (const text of differences(left, right, 'the default')) found(`parameter ${name}`, text);
  }
}

const union = (a, b) => new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})]);

function* differences(a, b, path) {
  if (a !== null && b !== null && typeof a === 'object' && typeof b === 'object' && Array.isArray(a) === Array.isArray(b)) {
    for (const name of union(a, b)) yield* differences(a[name], b[name], `${path}.${name}`);
  } else if (a !== b) yield `${path} is ${JSON.stringify(a)} in JSON, ${JSON.stringify(b)} in Bicep`;
}

/**
 * main.bicep, its parameters and azure.yaml: that azd hands through everything that resources.bicep asks for.
 * @param {{main: object, inner: object, parametersFile: object, azureYaml: string}} files
 * @param {(file: string, place: string, text: string) => void} found
 */
export function checkAzd({ main, inner, parametersFile, azureYaml }, found) {
  const fault = (place, text) => found('main.bicep', place, text);
  if (main.scope !== 'subscription') fault('targetScope', 'must be subscription: a resource group is made');
  const [module] = main.modules;
  if (main.modules.length !== 1 || module.file !== 'resources.bicep') return fault('module', 'one module, resources.bicep');
  const handed = new Map(module.params.$ast.object.map(([name, value]) => [name.literal, value]));
  for (const name of Object.keys(inner.parameters)) if (!handed.has(name) && !differs.has(name)) fault('module', `the parameter "${name}" is not handed through`);
  for (const [name, value] of handed) {
    const [own, its] = [main.template.parameters[value.args?.[0]?.literal], inner.parameters[name]];
    if (!its) fault('module', `resources.bicep has no parameter "${name}"`);
    else if (!own || value.args[0].literal !== name) fault('module', `the parameter "${name}" is handed something else`);
    else if (own.type !== its.type) fault(`param ${name}`, `${own.type} here, ${its.type} in resources.bicep`);
    else if (own.defaultValue?.$ast && 'literal' in own.defaultValue.$ast && JSON.stringify(own.defaultValue) !== JSON.stringify(its.defaultValue)) fault(`param ${name}`, 'another default than in resources.bicep');
  }
  for (const [name, output] of Object.entries(main.template.outputs)) {
    const { of, member } = output.value.$ast;
    if (of?.member === 'outputs' && !inner.outputs[member]) fault(`output ${name}`, `resources.bicep has no output "${member}"`);
  }

  for (const [name, { value }] of Object.entries(parametersFile.parameters)) {
    const parameter = main.template.parameters[name];
    if (!parameter) found('main.parameters.json', name, 'main.bicep has no such parameter');
    const variable = /^\$\{(\w+)\}$/.exec(value)?.[1];
    const setting = /^([A-Z][A-Z0-9_]+):/.exec(parameter?.metadata?.description ?? '')?.[1];
    if (setting && variable !== setting) found('main.parameters.json', name, `\${${setting}} is meant`);
  }
  for (const [name, parameter] of Object.entries(main.template.parameters)) {
    if (!parameter.defaultValue && !parametersFile.parameters[name]) found('main.parameters.json', name, 'azd would ask for it at each run');
  }

  const said = name => new RegExp(`^\\s*${name}: *([\\w.-]+)`, 'm').exec(azureYaml)?.[1];
  const tag = inner.resources.find(one => one.type === 'Microsoft.Web/sites')?.tags?.$ast.object?.find(([name]) => name.literal === 'azd-service-name')?.[1].literal;
  const right = { path: 'infra', module: 'main', project: 'functions', host: 'function', language: 'dotnet' };
  for (const [name, value] of Object.entries(right)) if (said(name) !== value) found('azure.yaml', name, `must be ${value}`);
  if (!new RegExp(`^  ${tag}:`, 'm').test(azureYaml)) found('azure.yaml', 'services', `no service "${tag}", as the site's tag azd-service-name says`);
}
