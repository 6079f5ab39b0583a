/** Work of a flush and of drawing it, in milliseconds, up to which every frame may have one: a frame at 60 a second. */
const QUICK_MS = 16;
/** A hidden tab has no frames. */
const HIDDEN_MS = 250;
/** No rest is longer: a tab that was hidden and a machine that slept meanwhile measure minutes. */
const MOST_REST_MS = 250;

/**
 * Gathers what a fast stream brings and hands it on at most once per animation frame: rendering per event starves the page, because a
 * stream reader's callbacks run back to back. On a slow machine the page rests after each flush as long as that one took with its
 * drawing, so that half of the time stays for what the reader does.
 *
 * The flush is a task of its own between two frames: together with layout and paint in one it would hold up a key press for both.
 */
export class FrameFlush {
  readonly #flush: () => void;
  #cancel: (() => void) | null = null;
  #restUntil = 0;

  constructor(flush: () => void) {
    this.#flush = flush;
  }

  /** Asks for a flush with the next frame; any number of calls until then make one flush. */
  request(): void {
    if (this.#cancel !== null) return;
    const rest = this.#restUntil - performance.now();
    if (document.hidden) this.#after(HIDDEN_MS, () => this.now());
    else if (rest > 0) this.#after(rest, () => this.#withFrame());
    else this.#withFrame();
  }

  /** Flushes at once; a pending request is done with it. */
  now(): void {
    this.#cancel?.();
    this.#cancel = null;
    const began = performance.now();
    this.#flush();
    if (!document.hidden) void this.#rest(began);
  }

  /** Measures the flush that has begun, with its drawing. */
  async #rest(began: number): Promise<void> {
    // What the flush has changed is put into the document after it, in a microtask.
    await nextTask();
    const worked = performance.now() - began;
    await nextFrame();
    const drawing = performance.now();
    await nextTask();
    const ended = performance.now();
    const busy = worked + ended - drawing;
    this.#restUntil = busy > QUICK_MS ? ended + Math.min(busy, MOST_REST_MS) : 0;
  }

  #withFrame(): void {
    const frame = requestAnimationFrame(() => this.#after(0, () => this.now()));
    this.#cancel = () => cancelAnimationFrame(frame);
  }

  #after(ms: number, then: () => void): void {
    const timer = setTimeout(then, ms);
    this.#cancel = () => clearTimeout(timer);
  }
}

const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve));
const nextFrame = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));
