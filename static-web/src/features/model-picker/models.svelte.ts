import type { Failure } from '../../server-api/failure';
import { preferences } from '../../shared/preferences/preferences.svelte';
import { fetchModels, type ConnectionState, type Model, type ModelList } from '../../server-api/models';

const STORAGE_KEY = 'model';
const PENDING_AGAIN_MS = 4000;
const PENDING_TRIES = 5;

/** The models this reader may use and the one that is chosen. */
class Models {
  list = $state.raw<Model[]>([]);
  connections = $state.raw<ConnectionState[]>([]);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  #chosenId = $state(stored());
  #defaultId = $state('');
  /** What the reader chose, else the site's default, else the first; null while there is none. */
  readonly chosen = $derived(
    this.list.find((model) => model.id === this.#chosenId) ??
      this.list.find((model) => model.id === this.#defaultId) ??
      this.list[0] ??
      null,
  );

  /** A connection has not answered yet; the list is asked for again by itself. */
  pending = $state(false);
  #pendingTries = 0;

  /** A new chat begins: with the reader's own default, where there is one. */
  beginChat(): void {
    if (preferences.value.model !== '') this.#chosenId = preferences.value.model;
  }

  choose(id: string): void {
    this.#chosenId = id;
    try {
      localStorage.setItem(STORAGE_KEY, id);
    } catch {
      // storage is off: the choice lasts as long as the page
    }
  }

  /** Shows a list as if it had just been fetched: what the browser kept, until the server has answered. */
  show({ models, connections }: ModelList, defaultId = this.#defaultId): void {
    this.#defaultId = defaultId;
    this.list = models;
    this.connections = connections;
    this.state = 'ready';
  }

  /**
   * Loads the list, again by itself (bounded) while a connection is still being asked. Returns the failure that the
   * caller may have to act on (401: the gate).
   */
  async load(defaultId = this.#defaultId): Promise<Failure | null> {
    this.#defaultId = defaultId;
    const outcome = await fetchModels();
    if ('failure' in outcome) {
      if (this.list.length === 0) this.state = 'failed';
      return outcome.failure;
    }
    this.show(outcome);
    const pending = outcome.connections.some((connection) => connection.status === 'pending');
    this.pending = pending && this.#pendingTries++ < PENDING_TRIES;
    if (this.pending) setTimeout(() => void this.load(), PENDING_AGAIN_MS);
    return null;
  }
}

function stored(): string {
  try {
    return localStorage.getItem(STORAGE_KEY) ?? '';
  } catch {
    return '';
  }
}

export const models = new Models();
