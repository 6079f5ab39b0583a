/**
 * Calls back when waiting may be over: the network is back, the reader looks at the page again, the page comes out of the
 * browser's cache. Returns the way to stop listening.
 */
export function onWake(callback: (why: 'online' | 'seen') => void): () => void {
  const online = () => callback('online');
  const seen = () => {
    if (document.visibilityState === 'visible') callback('seen');
  };
  window.addEventListener('online', online);
  window.addEventListener('pageshow', seen);
  document.addEventListener('visibilitychange', seen);
  return () => {
    window.removeEventListener('online', online);
    window.removeEventListener('pageshow', seen);
    document.removeEventListener('visibilitychange', seen);
  };
}

/** Waits; a wake or the signal ends it early. Never throws. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stopListening();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    const stopListening = onWake(end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

/** The server writes at least every 10 s. */
const SILENCE_MS = 25_000;
/** Whoever comes back to a connection that was silent for longer than this takes it for dead. */
const STALE_MS = 12_000;
const LOOK_EVERY_MS = 5000;

/** Notices that a connection has died without saying so: its signal then aborts what was sent with it. */
export class Connection {
  readonly #abort = new AbortController();
  readonly #opened = Date.now();
  #heard = Date.now();
  readonly #outer: AbortSignal;
  readonly #stopListening: () => void;
  readonly #looking: ReturnType<typeof setInterval>;
  readonly #leave = () => this.#abort.abort();

  /** @param outer Ends the connection too. */
  constructor(outer: AbortSignal) {
    this.#outer = outer;
    outer.addEventListener('abort', this.#leave);
    window.addEventListener('offline', this.#leave);
    this.#stopListening = onWake((why) => {
      if (why === 'online' || this.silence > STALE_MS) this.#leave();
    });
    this.#looking = setInterval(() => {
      if (this.silence > SILENCE_MS) this.#leave();
    }, LOOK_EVERY_MS);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get silence(): number {
    return Date.now() - this.#heard;
  }

  /** Milliseconds since it was opened. */
  get age(): number {
    return Date.now() - this.#opened;
  }

  /** Something has arrived. */
  readonly alive = (): void => {
    this.#heard = Date.now();
  };

  close(): void {
    this.#outer.removeEventListener('abort', this.#leave);
    window.removeEventListener('offline', this.#leave);
    this.#stopListening();
    clearInterval(this.#looking);
    this.#leave();
  }
}
