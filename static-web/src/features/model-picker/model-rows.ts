import type { ConnectionState, Model } from '../../server-api/models';
import { searchModels } from './search-models';

/** What stands in the list, from top to bottom. */
export type Row =
  | {
      kind: 'head';
      key: string;
      group: 'favourites' | 'presets' | 'connection';
      label: string;
      status: 'ok' | 'down' | 'pending';
    }
  | { kind: 'model'; key: string; model: Model; connection: string; note: string };

export interface Filter {
  kind: 'connection' | 'tag';
  name: string;
}

export interface Wanted {
  query: string;
  filter: Filter | null;
  /** Ids; they come first. */
  favourites: ReadonlySet<string>;
}

/**
 * Without a query: the favourites, then presets, then the others by connection, each in the server's order. With one: what
 * matches, best first, without headings. A model stands there once; where no heading says its connection, the row does
 * (`connection`); a preset's row says the model that it stands on.
 */
export function rowsOf(models: Model[], connections: ConnectionState[], wanted: Wanted): Row[] {
  const { query, filter, favourites } = wanted;
  const kept = filter === null ? models : models.filter((model) => isIn(model, filter));
  const several = new Set(models.map((model) => model.connection)).size > 1;
  const baseOf = ({ info }: Model) =>
    models.find(({ id }) => id === info?.base_model_id)?.name ?? info?.base_model_id ?? '';
  const rowOf = (model: Model, place: boolean): Row => ({
    kind: 'model',
    key: model.id,
    model,
    connection: model.preset ? baseOf(model) : place && several ? model.connection : '',
    note: noteOf(model),
  });
  if (query.trim() !== '') return searchModels(kept, query, favourites).map((model) => rowOf(model, true));

  const rows: Row[] = [];
  const first = kept.filter(({ id }) => favourites.has(id));
  if (first.length > 0) {
    rows.push({ kind: 'head', key: ' favourites', group: 'favourites', label: '', status: 'ok' });
    rows.push(...first.map((model) => rowOf(model, true)));
  }
  const presets = kept.filter(({ id, preset }) => preset && !favourites.has(id));
  if (presets.length > 0) {
    rows.push({ kind: 'head', key: ' presets', group: 'presets', label: '', status: 'ok' });
    rows.push(...presets.map((model) => rowOf(model, false)));
  }
  const groups = new Map<string, Model[]>();
  for (const model of kept) {
    if (favourites.has(model.id) || model.preset) continue;
    const place = filter?.kind === 'connection' ? filter.name : model.connection;
    const members = groups.get(place) ?? [];
    members.push(model);
    groups.set(place, members);
  }
  for (const [name, members] of groups) {
    const status = connections.find((connection) => connection.name === name)?.status ?? 'ok';
    rows.push({ kind: 'head', key: ` connection ${name}`, group: 'connection', label: name, status });
    rows.push(...members.map((model) => rowOf(model, false)));
  }
  return rows;
}

/** What the list can be narrowed to: connections where there are several, then tags, the most used first. */
export function filtersOf(models: Model[]): Filter[] {
  const names = new Set(models.map(({ connection }) => connection));
  const tags = new Map<string, number>();
  for (const { tags: own } of models)
    for (const { name } of own ?? []) tags.set(name, (tags.get(name) ?? 0) + 1);
  // A tag that every model has narrows nothing.
  const useful = [...tags]
    .filter(([, count]) => count < models.length)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return [
    ...(names.size > 1 ? [...names].map((name) => ({ kind: 'connection' as const, name })) : []),
    ...useful.map(([name]) => ({ kind: 'tag' as const, name })),
  ];
}

export const isSame = (a: Filter | null, b: Filter | null): boolean =>
  a?.kind === b?.kind && a?.name === b?.name;

/** Whom the site limits a model to; only administrators are told. */
export const isLimited = (model: Model): boolean => (model.info?.access_control ?? null) !== null;

function isIn(model: Model, { kind, name }: Filter): boolean {
  return kind === 'tag'
    ? (model.tags ?? []).some((tag) => tag.name === name)
    : (model.connections ?? [model.connection]).includes(name);
}

/** The line under the name: the description, else the id where that says more. */
function noteOf(model: Model): string {
  return model.info?.meta?.description?.trim() || (model.id === model.name || model.preset ? '' : model.id);
}
