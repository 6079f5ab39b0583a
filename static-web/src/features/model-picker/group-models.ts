import type { ConnectionState, Model } from '../../server-api/models';

export interface ModelGroup {
  connection: string;
  models: Model[];
  /** Null when the connection answers. */
  trouble: { status: 'down' | 'pending'; reason: string } | null;
}

/** Models by connection in the server's order, those matching the query; then connections that have none, with why. */
export function groupModels(models: Model[], connections: ConnectionState[], query: string): ModelGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, ModelGroup>();
  for (const model of models) {
    const haystack = `${model.name} ${model.id} ${model.connection}`.toLowerCase();
    if (!words.every((word) => haystack.includes(word))) continue;
    const group = groups.get(model.connection) ?? { connection: model.connection, models: [], trouble: null };
    group.models.push(model);
    groups.set(model.connection, group);
  }
  for (const { name, status, reason } of connections) {
    if (status === 'ok') continue;
    const group = groups.get(name) ?? { connection: name, models: [], trouble: null };
    group.trouble = { status, reason: reason ?? '' };
    if (words.length === 0 || group.models.length > 0) groups.set(name, group);
  }
  return [...groups.values()];
}
