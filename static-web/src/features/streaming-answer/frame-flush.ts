import { betweenFrames } from '../../shared/drawing/between-frames';
import { pieceTurns } from '../../shared/drawing/piece-turns';

/** Work of a flush and of drawing it, in milliseconds, up to which every frame may have one: a frame at 60 a second. */
const QUICK_MS = 16;
/** A hidden tab has no frames. */
const HIDDEN_MS = 250;
/** No rest is longer: a tab that was hidden and a machine that slept meanwhile measure minutes. */
const MOST_REST_MS = 250;

/**
 * Gathers what a fast stream brings and hands it on at most once per animation frame: rendering per event starves the page, because a
 * stream reader's callbacks run back to back. On a slow machine the page rests after each flush as long as that one took with its
 * drawing, so that half of the time stays for what the reader does; a piece that waits (`pieceTurn`) is let in before the rest.
 *
 * The flush is a task of its own between two frames: together with layout and paint in one it would hold up a key press for both.
 */
export class FrameFlush {
  readonly #flush: () => void;
  #asked = false;
  #running = false;

  constructor(flush: () => void) {
    this.#flush = flush;
  }

  /** Asks for a flush with the next frame; any number of calls until then make one flush. */
  request(): void {
    this.#asked = true;
    if (!this.#running) void this.#run();
  }

  /** Flushes at once; a pending request is done with it. */
  now(): void {
    this.#asked = false;
    this.#flush();
  }

  async #run(): Promise<void> {
    this.#running = true;
    pieceTurns.begin();
    try {
      await moment();
      for (let isSlow = false; ;) {
        if (this.#asked) {
          const began = performance.now();
          this.now();
          const busy = await drawn(began);
          isSlow = busy > QUICK_MS;
          const hasPiece = pieceTurns.next();
          if (isSlow && hasPiece) await drawn(performance.now());
          if (isSlow) await pause(Math.min(busy, MOST_REST_MS));
          if (isSlow || document.hidden) await moment();
        } else if (isSlow && !document.hidden && pieceTurns.next()) await drawn(performance.now());
        else break;
      }
    } finally {
      this.#running = false;
      pieceTurns.end();
    }
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** When something may be shown. */
const moment = () => (document.hidden ? pause(HIDDEN_MS) : betweenFrames());

/** Waits until what was changed since `began` is drawn. Resolves to the milliseconds that both took, without the wait between. */
async function drawn(began: number): Promise<number> {
  // What the flush has changed is put into the document after it, in a microtask.
  await pause(0);
  const worked = performance.now() - began;
  if (document.hidden) return worked;
  let drawing = 0;
  requestAnimationFrame(() => (drawing = performance.now()));
  await betweenFrames();
  return worked + performance.now() - drawing;
}
