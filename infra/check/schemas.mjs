import { readFileSync } from 'node:fs';

/**
 * The published schemas of resources, as data: Microsoft's own npm packages of the management API carry them ("mappers", generated
 * from the same specifications as the ARM schemas). A package is of one API version, so its version here decides apiVersion there.
 * What no package has (onedeploy) stands below by hand.
 */
const packages = {
  msi: 'arm-msi/dist-esm/src', storage: 'arm-storage/dist/esm', logs: 'arm-operationalinsights/dist-esm/src', insights: 'arm-appinsights/dist-esm/src',
  ai: 'arm-cognitiveservices/dist-esm/src', roles: 'arm-authorization/dist-esm/src', signalr: 'arm-signalr/dist-esm/src', web: 'arm-appservice/dist/esm',
};

/** type → [apiVersion, package, model]. */
const models = {
  'Microsoft.ManagedIdentity/userAssignedIdentities': ['2023-01-31', 'msi', 'Identity'],
  'Microsoft.Storage/storageAccounts': ['2024-01-01', 'storage', 'StorageAccountCreateParameters'],
  'Microsoft.Storage/storageAccounts/blobServices': ['2024-01-01', 'storage', 'BlobServiceProperties'],
  'Microsoft.Storage/storageAccounts/blobServices/containers': ['2024-01-01', 'storage', 'BlobContainer'],
  'Microsoft.Storage/storageAccounts/tableServices': ['2024-01-01', 'storage', 'TableServiceProperties'],
  'Microsoft.Storage/storageAccounts/tableServices/tables': ['2024-01-01', 'storage', 'Table'],
  'Microsoft.Storage/storageAccounts/queueServices': ['2024-01-01', 'storage', 'QueueServiceProperties'],
  'Microsoft.Storage/storageAccounts/queueServices/queues': ['2024-01-01', 'storage', 'StorageQueue'],
  'Microsoft.OperationalInsights/workspaces': ['2022-10-01', 'logs', 'Workspace'],
  'Microsoft.Insights/components': ['2020-02-02', 'insights', 'ApplicationInsightsComponent'],
  'Microsoft.CognitiveServices/accounts': ['2024-10-01', 'ai', 'Account'],
  'Microsoft.CognitiveServices/accounts/deployments': ['2024-10-01', 'ai', 'Deployment'],
  'Microsoft.SignalRService/signalR': ['2023-02-01', 'signalr', 'SignalRResource'],
  'Microsoft.Authorization/roleAssignments': ['2022-04-01', 'roles', 'RoleAssignmentCreateParameters'],
  'Microsoft.Web/serverfarms': ['2024-04-01', 'web', 'AppServicePlan'],
  'Microsoft.Web/sites': ['2024-04-01', 'web', 'Site'],
  'Microsoft.Web/sites/config': ['2024-04-01', 'web', 'StringDictionary'],
  'Microsoft.Web/sites/extensions': ['2022-09-01', null, {
    type: { name: 'Composite', className: 'OneDeploy', modelProperties: {
      packageUri: { serializedName: 'properties.packageUri', required: true, type: { name: 'String' } },
      remoteBuild: { serializedName: 'properties.remoteBuild', type: { name: 'Boolean' } },
    } },
  }],
};

/** Regional resources, which must say where they are. */
const located = new Set(['Microsoft.ManagedIdentity/userAssignedIdentities', 'Microsoft.Storage/storageAccounts', 'Microsoft.OperationalInsights/workspaces',
  'Microsoft.Insights/components', 'Microsoft.CognitiveServices/accounts', 'Microsoft.SignalRService/signalR', 'Microsoft.Web/serverfarms', 'Microsoft.Web/sites']);

const loaded = new Map();

async function load(name) {
  if (!loaded.has(name)) {
    const text = readFileSync(new URL(`node_modules/@azure/${packages[name]}/models/mappers.js`, import.meta.url), 'utf8').replace(/\/\/# sourceMappingURL.*/, '');
    // Some packages are neither marked as modules nor export their schemas: a data address imports the text as what it is.
    loaded.set(name, await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`));
  }
  return loaded.get(name);
}

/** The API version that infra/check has a schema of, or undefined. */
export const versionOf = type => models[type]?.[0];

/** Whether a type exists as far as we know. */
export const isKnown = type => type in models;

/**
 * What is wrong with an evaluated resource.
 * @param {{type: string, body: object}} resource
 * @returns {Promise<{path: string[], text: string}[]>}
 */
export async function schemaFaults({ type, body }) {
  if (!isKnown(type)) return []; // checkTemplate says so
  const [, source, model] = models[type];
  const mappers = source ? await load(source) : {};
  const schema = source ? mappers[model] : model;
  if (!schema) throw new Error(`${source} has no ${model}: another version of the package is installed`);
  const faults = [];
  const { name, scope, comments, ...rest } = body;
  if (located.has(type) !== ('location' in rest)) faults.push({ path: ['location'], text: located.has(type) ? 'a location is required' : 'this resource has no location of its own' });
  composite(schema, rest, [], { mappers, faults });
  return faults;
}

function composite(schema, value, path, context) {
  const properties = modelProperties(schema, context.mappers);
  if (!properties) return;
  // "properties.siteConfig": some models are flattened. Here they become a tree again.
  const tree = { members: {} };
  for (const one of Object.values(properties)) {
    const names = one.serializedName.split(/(?<!\\)\./).map(name => name.replaceAll('\\', ''));
    let at = tree;
    for (const name of names.slice(0, -1)) at = at.members[name] ??= { members: {} };
    at.members[names.at(-1)] = { schema: one };
  }
  branch(tree, value, path, context);
}

function branch(tree, value, path, context) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return context.faults.push({ path, text: 'an object belongs here' });
  for (const [name, one] of Object.entries(value)) {
    const known = tree.members[name];
    if (!known) context.faults.push({ path: [...path, name], text: `there is no property "${name}"${near(name, Object.keys(tree.members))}` });
    else if (known.members) branch(known, one, [...path, name], context);
    else if (known.schema.readOnly) context.faults.push({ path: [...path, name], text: `"${name}" is set by Azure` });
    else typed(known.schema, one, [...path, name], context);
  }
  for (const [name, known] of Object.entries(tree.members)) {
    if (known.schema?.required && !known.schema.readOnly && known.schema.defaultValue === undefined && !(name in value)) context.faults.push({ path, text: `"${name}" is required` });
    else if (known.members && !(name in value)) branch(known, {}, [...path, name], context);
  }
}

function typed(schema, value, path, context) {
  if (value === null) return schema.required && context.faults.push({ path, text: 'null where a value is required' });
  const wrong = what => context.faults.push({ path, text: `${what} belongs here, not ${JSON.stringify(value)}` });
  switch (schema.type.name) {
    case 'String': case 'Uuid': return typeof value === 'string' || wrong('text');
    case 'Enum': return schema.type.allowedValues.includes(value) || wrong(`one of ${schema.type.allowedValues.join(', ')}`);
    case 'Boolean': return typeof value === 'boolean' || wrong('true or false');
    case 'Number': return typeof value === 'number' ? within(schema.constraints, value, wrong) : wrong('a number');
    case 'Sequence': return Array.isArray(value) ? value.forEach((one, place) => typed(schema.type.element, one, [...path, place], context)) : wrong('an array');
    case 'Dictionary':
      if (typeof value !== 'object' || Array.isArray(value)) return wrong('an object');
      return Object.entries(value).forEach(([name, one]) => typed(schema.type.value, one, [...path, name], context));
    case 'Composite': return composite(schema, value, path, context);
    default: return undefined;
  }
}

function within(constraints, value, wrong) {
  if (constraints?.InclusiveMinimum > value || constraints?.InclusiveMaximum < value) wrong(`a number from ${constraints.InclusiveMinimum} to ${constraints.InclusiveMaximum}`);
}

function modelProperties(schema, mappers) {
  const named = schema.type.modelProperties ? schema : mappers[schema.type.className];
  if (!named) return undefined;
  return named.type.modelProperties;
}

const near = (name, names) => {
  const found = names.find(one => one.toLowerCase() === name.toLowerCase());
  return found ? `: "${found}" is meant` : '';
};
