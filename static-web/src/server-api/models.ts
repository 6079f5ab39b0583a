import { readFailure, unreachable, type Failure } from './failure';
import { ownKey } from './own-key.svelte';

export interface Model {
  id: string;
  name: string;
  owned_by: string;
  connection_type: 'external' | 'local';
  /** Name of the connection that serves it. */
  connection: string;
  /** Names of all connections that the reader may reach it through, the first one first. */
  connections?: string[];
  tags?: { name: string }[];
  info?: ModelInfo | null;
  /** It stands on another model, with words of its own. */
  preset?: boolean;
}

export interface ModelInfo {
  meta?: ModelMeta | null;
  /** Of a preset. */
  base_model_id?: string | null;
  /** Tokens that go into a call; absent where nobody says. */
  max_context?: number;
  /** To administrators: whom it is for; null: everybody who may chat. */
  access_control?: { read?: { group_ids?: string[]; user_ids?: string[] } } | null;
}

export interface ModelMeta {
  description?: string | null;
  capabilities?: Record<string, boolean> | null;
  profile_image_url?: string | null;
  /** Of a preset: what an empty chat shows, and first questions. */
  greeting?: string | null;
  suggestion_prompts?: { content: string }[] | null;
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
