import type { Connection, ConnectionChange, ConnectionFields } from '../../../server-api/connections';
import { originOf } from './base-url';

/** A key as the form has it. The server's own values are never seen: an empty `value` keeps one of those. */
export interface KeyRow {
  readonly saved: boolean;
  /** Is being written. */
  open: boolean;
  /** Goes when the form is saved. */
  removed: boolean;
  value: string;
}

/** A header or a deployment. */
export interface PairRow {
  readonly saved: boolean;
  name: string;
  value: string;
}

export const MOST_KEYS = 20;
export const MOST_HEADERS = 20;

const blank: ConnectionFields = {
  name: '',
  kind: 'openai',
  base_url: '',
  auth: 'key',
  headers: {},
  organization: null,
  api_version: null,
  deployments: {},
  prefix_id: null,
  tags: [],
  model_ids: [],
  weight: 1,
  enabled: true,
  connection_type: 'external',
  group_ids: null,
};

/** A connection as it is being written. */
export class ConnectionDraft {
  /** The reading that the changes are told from; null for a new one. */
  saved = $state.raw<Connection | null>(null);
  fields = $state<ConnectionFields>({ ...blank });
  keys = $state<KeyRow[]>([]);
  headers = $state<PairRow[]>([]);
  deployments = $state<PairRow[]>([]);

  /** A key belongs to the host that it was entered for: the server drops the ones that it has when that changes. */
  readonly hostChanged = $derived(
    this.saved !== null && originOf(this.saved.base_url) !== originOf(this.fields.base_url),
  );
  readonly keysThatCount = $derived(this.keys.filter(({ saved }) => !saved || !this.hostChanged));
  readonly dirty = $derived(Object.keys(this.change()).length > 0);

  /** @param start A saved connection, or what a new one begins with. */
  constructor(start: Connection | ConnectionChange) {
    if ('version' in start) this.take(start);
    else this.#show({ ...blank, ...start }, 0);
    // Most providers ask for one.
    if (this.saved === null && this.fields.auth === 'key') this.addKey();
  }

  /** Begins again with a reading of the server's. */
  take(connection: Connection): void {
    this.saved = connection;
    this.#show(connection, connection.key_count);
  }

  /** The fields that differ from what is saved; of a new connection, those that were written. */
  change(): ConnectionChange {
    const before = this.saved ?? blank;
    const now = this.#cleaned();
    const change: Record<string, unknown> = {};
    for (const [field, value] of Object.entries(now))
      if (JSON.stringify(value) !== JSON.stringify(before[field as keyof ConnectionFields]))
        change[field] = value;
    // A new one is at least these; without a name it is called by its host.
    if (this.saved === null) Object.assign(change, { kind: now.kind, base_url: now.base_url });
    const keys = this.#keysToSend();
    if (keys !== null) change['keys'] = keys;
    return change;
  }

  /** What the doctor is asked: the fields over the saved ones. */
  asked(): ConnectionChange & { id?: string } {
    return this.saved === null ? this.change() : { ...this.change(), id: this.saved.id };
  }

  /** What the doctor proposes, or a provider begins with. */
  apply(fields: ConnectionChange): void {
    for (const name of Object.keys(blank) as (keyof ConnectionFields)[])
      if (fields[name] !== undefined) Object.assign(this.fields, { [name]: fields[name] });
    if (fields.deployments) this.deployments = pairsOf(fields.deployments, false);
  }

  addKey(): void {
    this.keys.push({ saved: false, open: true, removed: false, value: '' });
  }

  /** The server knows its keys by their places: one of those stays on the list until it is saved. */
  removeKey(row: KeyRow): void {
    if (row.saved) Object.assign(row, { removed: true, open: false, value: '' });
    else this.keys = this.keys.filter((other) => other !== row);
  }

  #show(from: ConnectionFields, keyCount: number): void {
    const { headers, deployments } = from;
    const names = Object.keys(blank) as (keyof ConnectionFields)[];
    this.fields = Object.fromEntries(
      names.map((name) => [name, copy(from[name])]),
    ) as unknown as ConnectionFields;
    // Written with commas; sent without the spaces.
    this.fields.tags = from.tags.map((tag, index) => (index === 0 ? tag : ` ${tag}`));
    this.keys = Array.from({ length: keyCount }, () => ({
      saved: true,
      open: false,
      removed: false,
      value: '',
    }));
    this.headers = pairsOf(headers, this.saved !== null);
    this.deployments = pairsOf(deployments, false);
  }

  #cleaned(): ConnectionFields {
    const { fields } = this;
    const texts = (list: string[]) => list.map((text) => text.trim()).filter((text) => text !== '');
    const orNull = (text: string | null) => text?.trim() || null;
    return {
      ...copy(fields),
      name: fields.name.trim(),
      base_url: fields.base_url.trim(),
      auth: this.#auth(),
      headers: Object.fromEntries(
        this.headers
          .filter(({ name }) => name.trim() !== '')
          .map(({ name, value, saved }) => [name.trim(), saved && value === '' ? null : value]),
      ),
      organization: orNull(fields.organization),
      ...this.#azure(),
      prefix_id: orNull(fields.prefix_id),
      tags: texts(fields.tags),
    };
  }

  /** No other kind takes these. */
  #azure(): Pick<ConnectionFields, 'api_version' | 'deployments'> {
    if (this.fields.kind !== 'azure') return { api_version: null, deployments: {} };
    const rows = this.deployments
      .map(({ name, value }) => [name.trim(), value.trim()] as const)
      .filter(([name, value]) => name !== '' && value !== '');
    return { api_version: this.fields.api_version?.trim() || null, deployments: Object.fromEntries(rows) };
  }

  /** Only a resource of Azure has a choice; elsewhere a key is used where there is one. */
  #auth(): ConnectionFields['auth'] {
    if (this.fields.kind === 'azure') return this.fields.auth === 'none' ? 'key' : this.fields.auth;
    const before = this.saved?.auth ?? 'key';
    if (before === 'managed_identity') return 'key';
    const any = this.keysThatCount.some(({ saved, removed, value }) => (saved && !removed) || value !== '');
    if (any) return 'key';
    return this.saved === null || this.saved.key_count > 0 ? 'none' : before;
  }

  /** Null where nothing is to be said about them. */
  #keysToSend(): (string | null)[] | null {
    if (this.fields.kind === 'azure' && this.fields.auth === 'managed_identity') return null;
    const rows = this.keysThatCount.filter(({ saved, value }) => saved || value.trim() !== '');
    const untouched = rows.every(({ saved, removed, value }) => saved && !removed && value === '');
    return untouched ? null : rows.map(({ removed, value }) => (removed ? null : value.trim()));
  }
}

/** $state.snapshot would put its code into everybody's start. */
const copy = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

function pairsOf(map: Record<string, string | null>, saved: boolean): PairRow[] {
  return Object.entries(map).map(([name, value]) => ({
    saved: saved && value === null,
    name,
    value: value ?? '',
  }));
}
