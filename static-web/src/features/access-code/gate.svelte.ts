import { redeemCode } from '../../server-api/access';
import type { Failure } from '../../server-api/failure';

export type GateState =
  | { kind: 'asking' }
  | { kind: 'checking' }
  | { kind: 'wrong' }
  | { kind: 'empty' }
  | { kind: 'locked'; until: number }
  | { kind: 'busy'; attempt: number }
  | { kind: 'busyGiveUp' }
  | { kind: 'failed'; failure: Failure };

export const BUSY_ATTEMPTS = 5;
const DEFAULT_WAIT_MS = 1000;
const DEFAULT_LOCK_MS = 30_000;

/** The way through the access-code gate, apart from its looks. */
export class Gate {
  state = $state.raw<GateState>({ kind: 'asking' });
  /** Time left of a lock; 0 when there is none. Counts down by itself. */
  remainingMs = $state(0);
  #ticking: ReturnType<typeof setInterval> | null = null;

  /** True while the reader can do nothing but wait. */
  get waiting(): boolean {
    return ['checking', 'locked', 'busy'].includes(this.state.kind);
  }

  /** Redeems the code, again by itself while the shared slow lane is busy. Returns whether the door is open. */
  async submit(code: string): Promise<boolean> {
    if (this.waiting) return false;
    if (code.trim() === '') {
      this.state = { kind: 'empty' };
      return false;
    }
    this.state = { kind: 'checking' };
    for (let attempt = 1; ; attempt++) {
      const outcome = await redeemCode(code.trim());
      if (outcome.granted) return true;
      const { failure } = outcome;
      const busy = failure.status === 429 && failure.type !== 'locked';
      if (!busy || attempt > BUSY_ATTEMPTS) {
        this.#refused(failure, busy);
        return false;
      }
      this.state = { kind: 'busy', attempt };
      await new Promise((resolve) => setTimeout(resolve, failure.retryAfter ?? DEFAULT_WAIT_MS));
    }
  }

  /** The reader types again: an old complaint no longer holds. */
  typed(): void {
    if (!this.waiting) this.state = { kind: 'asking' };
  }

  /** Ends the countdown. */
  dispose(): void {
    if (this.#ticking !== null) clearInterval(this.#ticking);
    this.#ticking = null;
  }

  #refused(failure: Failure, busy: boolean): void {
    if (busy) this.state = { kind: 'busyGiveUp' };
    else if (failure.status === 429) this.#lock(failure.retryAfter ?? DEFAULT_LOCK_MS);
    else if (failure.status === 401 || failure.status === 422) this.state = { kind: 'wrong' };
    else this.state = { kind: 'failed', failure };
  }

  #lock(waitMs: number): void {
    const until = Date.now() + waitMs;
    this.state = { kind: 'locked', until };
    this.#tick(until);
    this.dispose();
    this.#ticking = setInterval(() => this.#tick(until), 250);
  }

  // By the clock, not by counting ticks: a sleeping tab's timers stand still.
  #tick(until: number): void {
    this.remainingMs = Math.max(0, until - Date.now());
    if (this.remainingMs > 0) return;
    this.dispose();
    this.state = { kind: 'asking' };
  }
}
