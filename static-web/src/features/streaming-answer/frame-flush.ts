/**
 * Gathers what a fast stream brings and hands it on once per animation frame: rendering per event starves the page,
 * because a stream reader's callbacks run back to back. A hidden tab has no frames, there a timer does it.
 */
export class FrameFlush {
  readonly #flush: () => void;
  #cancel: (() => void) | null = null;

  constructor(flush: () => void) {
    this.#flush = flush;
  }

  /** Asks for a flush with the next frame; any number of calls until then make one flush. */
  request(): void {
    if (this.#cancel !== null) return;
    if (document.hidden) {
      const timer = setTimeout(() => this.now(), 250);
      this.#cancel = () => clearTimeout(timer);
    } else {
      const frame = requestAnimationFrame(() => this.now());
      this.#cancel = () => cancelAnimationFrame(frame);
    }
  }

  /** Flushes at once; a pending request is done with it. */
  now(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#flush();
  }
}
