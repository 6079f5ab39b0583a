import { functions } from './functions.mjs';
import { neededRoles, neededTypes, platformSettings, refusedSettings, refusedSiteProperties, roles, values } from './contract.mjs';
import { walk } from './json.mjs';
import { schemaFaults } from './schemas.mjs';

/**
 * What one evaluated deployment would ask of Azure.
 * @param {{resources: object[], outputs: object, mentioned: Set<string>}} deployment
 * @param {{app: object, isWhole: boolean}} about The app (settings.mjs), and whether this is the whole site or an update of it.
 * @param {(path: (string|number)[], text: string) => void} found
 */
export async function checkDeployment(deployment, { app, isWhole }, found) {
  const { resources, mentioned } = deployment;
  const byId = new Map();
  for (const resource of resources) {
    if (!resource.id) continue;
    if (byId.has(resource.id)) found(resource.path, `${resource.id} is there twice`);
    byId.set(resource.id, resource);
  }
  for (const id of mentioned) if (!byId.has(id)) found([], `${id} is named and not described`);

  const waits = dependencies(resources, found);
  for (const resource of resources.filter(one => one.deployed && one.id)) {
    for (const fault of resource.type in neededFaults ? neededFaults[resource.type](resource, app) : []) found([...resource.path, ...fault.path], fault.text);
    for (const { path, text } of await schemaFaults(resource)) found([...resource.path, ...path], `${resource.type}: ${text}`);
    checkValues(resource, found);
    checkUses(resource, byId, waits, found);
  }
  if (isWhole) checkWhole(resources, waits, app, found);
}

/** For each resource everything that Azure makes before it. */
export function dependencies(resources, found = () => {}) {
  const direct = new Map();
  for (const resource of resources) {
    const ids = [];
    for (const one of resource.dependsOn) {
      const targets = resources.filter(other => other.id === one || other.copyName === one).map(other => other.id);
      if (targets.length === 0) found([...resource.path, 'dependsOn'], `"${one}" is neither a resource of this template nor a copy`);
      if (targets.includes(resource.id)) found([...resource.path, 'dependsOn'], 'a resource waits for itself');
      ids.push(...targets);
    }
    direct.set(resource.id, ids);
  }
  const all = new Map();
  const collect = (id, trail) => {
    if (trail.includes(id)) {
      found([], `resources wait for each other: ${[...trail, id].join(' → ')}`);
      return new Set();
    }
    if (!all.has(id)) all.set(id, new Set((direct.get(id) ?? []).flatMap(next => [next, ...collect(next, [...trail, id])])));
    return all.get(id);
  };
  for (const resource of resources) collect(resource.id, []);
  return all;
}

function checkValues(resource, found) {
  for (const [path, right] of Object.entries(values[resource.type] ?? {})) {
    const names = path.split('.');
    const value = names.reduce((at, name) => at?.[name], resource.body);
    const isRight = typeof right === 'function' ? value !== undefined && right(value) : value === right;
    if (!isRight) found([...resource.path, ...names], `${resource.type}: ${path} is ${JSON.stringify(value)}${typeof right === 'function' ? '' : `, and must be ${JSON.stringify(right)}`}`);
  }
}

/** A resource that names another, or asks what it tells, must wait for it: Azure sees that by itself only for reference() without a version. */
function checkUses(resource, byId, waits, found) {
  const named = new Set(resource.references);
  for (const { value, path } of walk(resource.body)) {
    for (const one of [value, path.at(-1)]) if (byId.has(one)) named.add(one);
  }
  const parent = resource.id.split('/').slice(0, -2).join('/');
  if (byId.has(parent) && !resource.scope) named.add(parent);
  if (byId.has(resource.scope)) named.add(resource.scope);
  for (const id of named) {
    if (id === resource.id) continue;
    if (!waits.get(resource.id).has(id)) found(resource.path, `${resource.id} needs ${id} and does not wait for it`);
    if (!byId.get(id)?.deployed) found(resource.path, `${resource.id} needs ${id}, whose condition says no`);
  }
}

/** Faults that only some types can have. */
const neededFaults = {
  'Microsoft.Authorization/roleAssignments'({ name, scope, body }) {
    const role = /\/roleDefinitions\/([0-9a-f-]+)$/.exec(body.properties?.roleDefinitionId ?? '')?.[1];
    const known = Object.keys(roles).find(one => roles[one] === role);
    const identity = /^\{principalId of (.+)\}$/.exec(body.properties?.principalId ?? '')?.[1];
    if (!scope) return [{ path: ['scope'], text: 'without a scope the role would hold for the whole resource group' }];
    if (!known) return [{ path: ['properties', 'roleDefinitionId'], text: `${role} is no role that infra/check knows` }];
    // Another name at each deployment, or the same for two assignments, and Azure refuses the second deployment.
    const right = identity && functions.guid[2](scope, identity, role);
    return name === right ? [] : [{ path: ['name'], text: 'a role assignment is named guid(scope, identity, role)' }];
  },
  'Microsoft.Web/sites'({ body }) {
    const faults = [];
    for (const { path } of walk(body)) {
      const refused = refusedSiteProperties.find(one => one.toLowerCase() === String(path.at(-1)).toLowerCase());
      if (refused) faults.push({ path, text: `Flex Consumption has no ${refused}` });
    }
    if (body.properties?.siteConfig?.appSettings) faults.push({ path: ['properties', 'siteConfig', 'appSettings'], text: 'settings stand in sites/config, in one place' });
    const identities = Object.keys(body.identity?.userAssignedIdentities ?? {});
    const storage = body.properties?.functionAppConfig?.deployment?.storage;
    if (!identities.includes(storage?.authentication?.userAssignedIdentityResourceId)) faults.push({ path: ['identity'], text: 'the identity that reads the package is not the site\'s' });
    return faults;
  },
  'Microsoft.Web/sites/config'({ name, body }, app) {
    const faults = name.endsWith('/appsettings') ? [] : [{ path: ['name'], text: 'only appsettings are described here' }];
    const settings = Object.keys(body.properties ?? {});
    for (const setting of settings) {
      const path = ['properties', setting];
      if (refusedSettings.includes(setting)) faults.push({ path, text: `Flex Consumption refuses the setting ${setting}` });
      else if (!app.variables.has(setting) && !platformSettings.includes(setting)) faults.push({ path, text: `nobody reads the setting ${setting}` });
    }
    for (const setting of platformSettings) if (!settings.includes(setting)) faults.push({ path: ['properties'], text: `the setting ${setting} is missing` });
    return faults;
  },
};

function checkWhole(resources, waits, app, found) {
  const deployed = type => resources.filter(one => one.deployed && one.type === type);
  const site = deployed('Microsoft.Web/sites')[0];
  for (const type of neededTypes) if (resources.every(one => one.type !== type)) found([], `${type} is missing`);
  if (!site) return;

  const before = ['Microsoft.Authorization/roleAssignments', 'Microsoft.Storage/storageAccounts/blobServices/containers', 'Microsoft.Storage/storageAccounts/tableServices/tables'];
  for (const one of before.flatMap(deployed)) if (!waits.get(site.id).has(one.id)) found(site.path, `the site does not wait for ${one.id}`);
  for (const extension of deployed('Microsoft.Web/sites/extensions')) {
    const settings = deployed('Microsoft.Web/sites/config')[0];
    if (settings && !waits.get(extension.id).has(settings.id)) found(extension.path, 'the program comes before its settings');
  }

  for (const [type, needed] of Object.entries(neededRoles)) {
    for (const target of deployed(type)) {
      const given = deployed('Microsoft.Authorization/roleAssignments').filter(one => one.scope === target.id).map(one => one.body.properties?.roleDefinitionId?.split('/').at(-1));
      for (const role of needed) if (!given.includes(roles[role])) found(target.path, `nobody has the role ${role} on ${target.id}`);
    }
  }

  checkSignalR(deployed('Microsoft.SignalRService/signalR')[0], deployed('Microsoft.Web/sites/config')[0], site, found);

  const names = type => deployed(type).map(one => one.name.split('/').at(-1)).sort();
  const same = (what, described, inCode) => {
    for (const one of described) if (!inCode.includes(one)) found([], `the ${what} ${one} is described and the code has none of that name`);
    for (const one of inCode) if (!described.includes(one)) found([], `the ${what} ${one} of the code is not described`);
  };
  const storage = site.body.properties?.functionAppConfig?.deployment?.storage?.value ?? '';
  const account = deployed('Microsoft.Storage/storageAccounts')[0]?.name;
  same('container', names('Microsoft.Storage/storageAccounts/blobServices/containers').filter(one => storage !== `https://${account}.blob.core.windows.net/${one}`), app.containers);
  if (!names('Microsoft.Storage/storageAccounts/blobServices/containers').some(one => storage === `https://${account}.blob.core.windows.net/${one}`)) found(site.path, `the package's container ${storage} is not described`);
  same('table', names('Microsoft.Storage/storageAccounts/tableServices/tables'), app.tables);
  same('queue', names('Microsoft.Storage/storageAccounts/queueServices/queues'), app.queues);
}

/** The settings name the service that is made, with the site's own identity, or none; and it lets the site's pages in. */
function checkSignalR(service, settings, site, found) {
  const told = part => settings?.body.properties?.[`AzureSignalRConnectionString__${part}`] || undefined;
  const right = service
    ? { serviceUri: `https://{hostName of ${service.id}}`, credential: 'managedidentity', clientId: settings?.body.properties?.AzureWebJobsStorage__clientId }
    : {};
  for (const part of ['serviceUri', 'credential', 'clientId']) {
    if (told(part) !== right[part]) found(settings?.path ?? [], `AzureSignalRConnectionString__${part} is ${JSON.stringify(told(part))}, and must be ${JSON.stringify(right[part])}`);
  }
  const origins = service?.body.properties?.cors?.allowedOrigins ?? [];
  if (service && !origins.includes(`https://${site.name}.azurewebsites.net`)) found([...service.path, 'properties', 'cors'], 'the site\'s own pages are not let in');
}
