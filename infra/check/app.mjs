import { filesBelow } from './files.mjs';

/**
 * What the app's sources say that a deployment must know.
 * @param {string} root The repository.
 * @returns {{variables: Set<string>, tables: string[], containers: string[], queues: string[]}}
 */
export function readApp(root) {
  const variables = new Set();
  const parts = [];
  const connections = [];
  const tables = new Set();
  let prefix = '';
  const containers = [];
  for (const { path, text } of filesBelow(root, 'functions', '.cs')) {
    if (path.endsWith('IgnoredVariables.cs')) continue;
    // A name of one word may be anything ("POST"), unless the file reads variables.
    const reads = text.includes('VariableReader');
    for (const [, name] of text.matchAll(/"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)"/g)) if (reads || name.includes('_')) variables.add(name);
    // The parts of an identity-based connection are read by name: Part(reader, "clientId"), EntraVariables.Part(reader, Variable, "serviceUri").
    for (const [, part] of text.matchAll(/Part\(reader, (?:\w+, )?"(\w+)"\)/g)) parts.push({ path, part });
    const connection = text.includes('EntraVariables.Identity(') && (/const string Variable = "(\w+)"/.exec(text)?.[1] ?? 'AzureWebJobsStorage');
    if (connection) connections.push({ path, connection });
    for (const [, constant, row] of text.matchAll(/const string Table = "(\w+)"|RowKey \w+ = new\("(\w+)"/g)) tables.add(constant ?? row);
    if (path.endsWith('StoreSettings.cs')) {
      prefix = /TablePrefix = "(\w+)"/.exec(text)?.[1] ?? '';
      const container = /Container = "([\w-]+)"/.exec(text)?.[1];
      if (container) containers.push(container);
    }
  }
  for (const { path, connection } of connections) for (const one of parts) if (one.path === path || one.path.endsWith('EntraVariables.cs')) variables.add(`${connection}__${one.part}`);
  const queues = [];
  for (const { text } of filesBelow(root, 'functions', '.function.json')) {
    for (const binding of JSON.parse(text).bindings) if (binding.queueName) queues.push(binding.queueName);
  }
  return { variables, tables: [...tables].map(one => prefix + one).sort(), containers, queues };
}
