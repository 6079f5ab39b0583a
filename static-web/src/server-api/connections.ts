import { ask, json, post, type Outcome } from './ask';
import { readFailure, unreachable, type Failure } from './failure';
import { readEvents } from './sse-reader';

export const KINDS = ['openai', 'azure', 'ollama', 'anthropic'] as const;
/** The dialect that a provider speaks; `openai` is everything that speaks OpenAI's. */
export type Kind = (typeof KINDS)[number];
export type ConnectionAuth = 'key' | 'none' | 'managed_identity';

export interface ConnectionStatus {
  /** `cooling`: not asked until `cools_until`; `pending`: nobody has asked it yet. */
  state: 'ok' | 'down' | 'cooling' | 'pending' | 'off';
  /** The server's own words; null where nothing is wrong. */
  reason: string | null;
  /** Null where nobody knows. */
  model_count: number | null;
  /** Unix seconds. */
  cools_until: number | null;
}

/** What an administrator writes of a connection (docs/connections.md). */
export interface ConnectionFields {
  /** 1 to 60 characters, unique; the host where it is not given. */
  name: string;
  kind: Kind;
  base_url: string;
  auth: ConnectionAuth;
  /** Sent with every call, at most 20. The server never tells a value: null stands for the one that it keeps. */
  headers: Record<string, string | null>;
  organization: string | null;
  api_version: string | null;
  /** Of `azure`: the deployment's name by the model's. */
  deployments: Record<string, string>;
  prefix_id: string | null;
  tags: string[];
  /** Only these models; empty: all that it lists. */
  model_ids: string[];
  /** 1 to 100. */
  weight: number;
  enabled: boolean;
  connection_type: 'local' | 'external';
  /** Who may use it beside administrators; null: everybody who may chat. */
  group_ids: string[] | null;
}

/** A change or a new connection; what is not sent stays as it is. */
export interface ConnectionChange extends Partial<ConnectionFields> {
  /** At most 20. An empty string keeps the key that the server has at that place, null takes it away; not sent, all stay. */
  keys?: (string | null)[];
}

export interface Connection extends ConnectionFields {
  id: string;
  key_count: number;
  /** The environment variable that fixes it; null where it can be changed here. */
  locked_by: string | null;
  /** Of this reading: a change of an older one is refused with 409 `connection_changed`. Null of the environment's. */
  version: string | null;
  status: ConnectionStatus;
}

/** A whole kind, on or off. */
export interface KindSwitch {
  value: boolean;
  locked_by: string | null;
}
export type SwitchName = 'enable_openai_api' | 'enable_ollama_api';

export interface ConnectionPage extends Record<SwitchName, KindSwitch> {
  /** In the order in which a model that several list is looked for; the environment's come first. */
  connections: Connection[];
}

export const STEPS = ['url', 'dns', 'tcp', 'tls', 'http', 'route', 'auth', 'models'] as const;
export type StepName = (typeof STEPS)[number];

export interface Step {
  name: StepName;
  status: 'ok' | 'failed' | 'warning' | 'skipped';
  ms: number;
  detail: string;
}

/** What the doctor found. */
export interface Diagnosis {
  ok: boolean;
  steps: Step[];
  /** Of the finding, as `missing_v1`. */
  code: string;
  /** The finding in plain words. */
  sentence: string;
  /** Fields that would mend it; null where there is nothing to offer. */
  fix: ConnectionChange | null;
  models: string[];
  model_count: number;
  version: string | null;
}

const ROOT = '/api/v1/connections';
const at = (id: string) => `${ROOT}/${encodeURIComponent(id)}`;

/** All of the site. */
export const listConnections = () => ask(`${ROOT}/`, { cache: 'no-store' }, json<ConnectionPage>);
export const readConnection = (id: string) => ask(at(id), { cache: 'no-store' }, json<Connection>);
export const createConnection = (fields: ConnectionChange) => post(`${ROOT}/`, fields, json<Connection>);
/** 409 `connection_changed` where `version` is not the newest, 409 `name_taken`, 403 where the environment fixes it. */
export const changeConnection = (id: string, version: string | null, change: ConnectionChange) =>
  post(at(id), { ...change, version }, json<Connection>);
/** Somebody else has changed it since it was read. */
export const wasFaster = ({ status, type }: Failure): boolean =>
  status === 409 && type === 'connection_changed';
export const deleteConnection = (id: string) => ask(at(id), { method: 'DELETE' }, json<boolean>);
/** @param ids All that are not locked. */
export const orderConnections = (ids: string[]) => post(`${ROOT}/order`, { ids }, json<unknown>);
export const switchKind = (name: SwitchName, on: boolean) =>
  post(`${ROOT}/switch`, { [name]: on }, json<unknown>);

/**
 * Asks the doctor; changes nothing, safe to repeat.
 * @param asked A saved connection's id, fields, or both: the fields then stand in the place of the saved ones.
 * @param onstep Told each step as it ends.
 */
export async function verifyConnection(
  asked: ConnectionChange & { id?: string },
  onstep: (step: Step) => void,
  signal: AbortSignal,
): Promise<Outcome<Diagnosis>> {
  try {
    const response = await fetch(`${ROOT}/verify`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
      body: JSON.stringify(asked),
      signal,
    });
    if (!response.ok) return { failure: await readFailure(response) };
    if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream'))
      return { value: (await response.json()) as Diagnosis };
    for await (const data of readEvents(response.body)) {
      const event = JSON.parse(data) as { step?: Step; result?: Diagnosis };
      if (event.step) onstep(event.step);
      if (event.result) return { value: event.result };
    }
    return { failure: unreachable };
  } catch {
    return { failure: unreachable };
  }
}
