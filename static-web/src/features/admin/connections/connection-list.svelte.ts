import {
  changeConnection,
  deleteConnection,
  listConnections,
  orderConnections,
  switchKind,
  wasFaster,
  type Connection,
  type ConnectionChange,
  type KindSwitch,
  type Kind,
  type SwitchName,
} from '../../../server-api/connections';
import type { Failure } from '../../../server-api/failure';
import { announcer } from '../../../shared/announcer/announcer.svelte';
import { toasts } from '../../../shared/toasts/toasts.svelte';
import { t } from './connection-text';

/** A new connection is asked for its models within moments; after that nobody is asked again for it. */
const PENDING_MS = 2000;
const PENDING_TRIES = 10;
/** The server's clock and ours differ. */
const AFTER_COOLING_MS = 1000;

export const switchOf = (kind: Kind): SwitchName =>
  kind === 'ollama' ? 'enable_ollama_api' : 'enable_openai_api';

/** The connections of the site in their order, and the switches of the two kinds. */
export class ConnectionList {
  status = $state<'loading' | 'ready' | 'failed'>('loading');
  reason = $state('');
  connections = $state.raw<Connection[]>([]);
  switches = $state.raw<Record<SwitchName, KindSwitch>>({
    enable_openai_api: { value: true, locked_by: null },
    enable_ollama_api: { value: true, locked_by: null },
  });
  /** What the environment fixes stands first and stays there. */
  readonly movable = $derived(this.connections.filter(({ locked_by }) => locked_by === null));
  /** Something has been saved: other models may be there than before. */
  changed = false;
  #before: Connection[] | null = null;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Safe to repeat; what is shown stays until the answer is there. */
  async load(): Promise<void> {
    if (this.status === 'failed') this.status = 'loading';
    const outcome = await listConnections();
    if ('failure' in outcome) {
      if (this.status === 'ready') return;
      this.status = 'failed';
      this.reason = outcome.failure.message;
      return;
    }
    const { connections, enable_openai_api, enable_ollama_api } = outcome.value;
    this.switches = { enable_openai_api, enable_ollama_api };
    // Whoever is moving one sees the order of the hand, not the server's.
    if (this.#before === null) this.connections = connections;
    this.status = 'ready';
    this.#lookAgain();
  }

  /** Looks no more. */
  close(): void {
    clearTimeout(this.#timer);
  }

  find(id: string): Connection | null {
    return this.connections.find((one) => one.id === id) ?? null;
  }

  /** A reading that is newer than the list's; one that the list does not know comes last. */
  put(connection: Connection): void {
    const known = this.find(connection.id) !== null;
    this.connections = known
      ? this.connections.map((old) => (old.id === connection.id ? connection : old))
      : [...this.connections, connection];
    this.#tries = 0;
    this.#lookAgain();
  }

  /** As put, of one that has been changed. */
  saved(connection: Connection): void {
    this.changed = true;
    this.put(connection);
  }

  /** Shown at once; taken back when the server refuses. */
  async enable(connection: Connection, enabled: boolean): Promise<void> {
    this.put({ ...connection, enabled });
    if (!(await this.change(connection, { enabled }))) this.put(connection);
  }

  /** Whether it is saved; why not is told. */
  async change(connection: Connection, change: ConnectionChange): Promise<boolean> {
    const outcome = await changeConnection(connection.id, connection.version, change);
    if ('value' in outcome) {
      this.saved(outcome.value);
      return true;
    }
    if (wasFaster(outcome.failure)) {
      toasts.show(t.connections_faster());
      await this.load();
    } else this.#complain(outcome.failure);
    return false;
  }

  async switch(name: SwitchName, on: boolean): Promise<void> {
    const before = this.switches;
    this.switches = { ...before, [name]: { ...before[name], value: on } };
    const outcome = await switchKind(name, on);
    if ('failure' in outcome) {
      this.switches = before;
      this.#complain(outcome.failure);
    } else {
      this.changed = true;
      await this.load();
    }
  }

  /** Whether it is gone. */
  async remove(connection: Connection): Promise<boolean> {
    const outcome = await deleteConnection(connection.id);
    if ('failure' in outcome && outcome.failure.status !== 404) {
      this.#complain(outcome.failure);
      return false;
    }
    this.changed = true;
    this.connections = this.connections.filter(({ id }) => id !== connection.id);
    toasts.show(t.connections_deleted({ name: connection.name }));
    return true;
  }

  /** Among those that can be moved, counted from 0; only shown until `keepOrder`. */
  moveTo(id: string, place: number): void {
    const from = this.movable.findIndex((one) => one.id === id);
    if (from < 0 || place < 0 || place >= this.movable.length || place === from) return;
    this.#before ??= this.connections;
    const order = this.movable.toSpliced(from, 1);
    order.splice(place, 0, this.movable[from] as Connection);
    this.connections = [...this.connections.filter(({ locked_by }) => locked_by !== null), ...order];
    const name = order[place]?.name ?? '';
    announcer.say(t.connections_moved({ name, place: place + 1, of: order.length }));
  }

  /** Saves the order that is shown; the old one comes back when the server refuses. */
  async keepOrder(): Promise<void> {
    const before = this.#before;
    this.#before = null;
    if (before === null) return;
    const outcome = await orderConnections(this.movable.map(({ id }) => id));
    if ('value' in outcome) return;
    if (this.#before === null) this.connections = before;
    this.#complain(outcome.failure);
    if (outcome.failure.status !== 0) await this.load();
  }

  async step(id: string, by: 1 | -1): Promise<void> {
    this.moveTo(id, this.movable.findIndex((one) => one.id === id) + by);
    await this.keepOrder();
  }

  #lookAgain(): void {
    clearTimeout(this.#timer);
    const states = this.connections.map(({ status }) => status);
    const cools = states.flatMap(({ state, cools_until }) =>
      state === 'cooling' && cools_until !== null ? [cools_until * 1000 - Date.now() + AFTER_COOLING_MS] : [],
    );
    const pending = states.some(({ state }) => state === 'pending') && this.#tries < PENDING_TRIES;
    const waits = [...cools.map((ms) => Math.max(ms, PENDING_MS)), ...(pending ? [PENDING_MS] : [])];
    if (waits.length === 0) return;
    this.#timer = setTimeout(
      () => {
        this.#tries++;
        void this.load();
      },
      Math.min(...waits),
    );
  }

  #complain(failure: Failure): void {
    toasts.show(t.connections_failed({ reason: failure.message || t.answer_network() }));
  }
}
