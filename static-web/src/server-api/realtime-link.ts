import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { json, post } from './ask';
import { chatNews } from './chat-news';
import { RemoteChanges, type Change } from './remote-changes';
import { pause } from './wake';

/** Nobody looks at a tab for so long: it lets its connection go, and takes it up again when somebody does. */
const HIDDEN_MS = 3 * 60_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** Another instance of the site may know the account as it was for so long. */
const SETTLED_MS = 5500;
/** Not signed in, not allowed, or no such service: trying again changes nothing. */
const FINAL = [401, 403, 404];

interface Access {
  url: string;
  accessToken: string;
}

/** A token for what is this reader's own; the service is connected to with it, never the site. */
const negotiate = () => post('/api/v1/realtime/negotiate', undefined, json<Access>);

/** The connection to SignalR Service: one for all tabs of a browser, of which the tab with the lock tells the others. */
class RealtimeLink {
  readonly #changes = new RemoteChanges();
  #wanted = false;
  #session: AbortController | null = null;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  #wasConnected = false;

  constructor() {
    document.addEventListener('visibilitychange', () => this.#look());
    window.addEventListener('pagehide', () => this.#end());
    window.addEventListener('pageshow', () => this.#look());
  }

  /** Whether to be connected while somebody looks. */
  want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#look();
  }

  #look(): void {
    clearTimeout(this.#leaving);
    if (!this.#wanted) this.#end();
    else if (document.visibilityState === 'hidden') this.#leaving = setTimeout(() => this.#end(), HIDDEN_MS);
    else this.#begin();
  }

  #begin(): void {
    if (this.#session !== null) return;
    this.#session = new AbortController();
    const { signal } = this.#session;
    const stay = () => this.#stay(signal);
    // Without locks (plain http) every tab connects for itself.
    const held = navigator.locks ? navigator.locks.request('realtime', { signal }, stay) : stay();
    // An aborted wait for the lock is an end like any other.
    void Promise.resolve(held).catch(() => {});
  }

  #end(): void {
    this.#session?.abort();
    this.#session = null;
  }

  /** Connects again and again, ever more rarely while that fails; each time with a new token. */
  async #stay(signal: AbortSignal): Promise<void> {
    let wait = FIRST_WAIT_MS;
    while (!signal.aborted) {
      const outcome = await negotiate();
      if ('failure' in outcome && FINAL.includes(outcome.failure.status)) return;
      if ('value' in outcome && (await this.#connect(outcome.value, signal))) wait = FIRST_WAIT_MS;
      await pause(wait * (0.75 + Math.random() / 2), signal);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  }

  /** Connected until it ends. Returns whether it was. */
  async #connect({ url, accessToken }: Access, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    const connection = new HubConnectionBuilder()
      .withUrl(url, {
        skipNegotiation: true,
        transport: HttpTransportType.WebSockets,
        accessTokenFactory: () => accessToken,
      })
      .configureLogging(LogLevel.None)
      .build();
    connection.on('chats-changed', (change: Change) => this.#changes.take(change));
    connection.on('account-changed', () => {
      chatNews.hear({ kind: 'account' });
      setTimeout(() => chatNews.hear({ kind: 'account' }), SETTLED_MS);
    });
    const closed = new Promise<void>((resolve) => connection.onclose(() => resolve()));
    const leave = () => void connection.stop();
    signal.addEventListener('abort', leave);
    try {
      await connection.start();
      if (this.#wasConnected) chatNews.hear({ kind: 'missed' });
      this.#wasConnected = true;
      await closed;
      return true;
    } catch {
      return false;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}

export const realtime = new RealtimeLink();
