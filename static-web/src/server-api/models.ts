import { readFailure, unreachable, type Failure } from './failure';
import { ownKey } from './own-key.svelte';

export interface Model {
  id: string;
  name: string;
  owned_by: string;
  connection_type: 'external' | 'local';
  /** Name of the connection that serves it. */
  connection: string;
  info?: { meta?: { description?: string | null } | null } | null;
}

export interface ConnectionState {
  name: string;
  status: 'ok' | 'down' | 'pending';
  reason: string | null;
}

export interface ModelList {
  models: Model[];
  connections: ConnectionState[];
}

/** GET /api/models; safe to repeat. */
export async function fetchModels(): Promise<ModelList | { failure: Failure }> {
  try {
    const response = await fetch('/api/models', { headers: ownKey.headers() });
    if (!response.ok) return { failure: await readFailure(response) };
    const body = (await response.json()) as { data?: Model[]; connections?: ConnectionState[] };
    return { models: body.data ?? [], connections: body.connections ?? [] };
  } catch {
    return { failure: unreachable };
  }
}
