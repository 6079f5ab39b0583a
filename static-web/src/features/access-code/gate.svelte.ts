import { redeemCode } from '../../server-api/access';
import type { Failure } from '../../server-api/failure';
import { Countdown } from '../../shared/countdown/countdown.svelte';
import { showDuration } from '../../shared/language/duration';
import { t } from '../../shared/language/language.svelte';

export type GateState =
  | { kind: 'asking' }
  | { kind: 'checking' }
  | { kind: 'wrong' }
  | { kind: 'empty' }
  | { kind: 'locked' }
  | { kind: 'busy'; attempt: number }
  | { kind: 'busyGiveUp' }
  | { kind: 'failed'; failure: Failure };

export const BUSY_ATTEMPTS = 5;
const DEFAULT_WAIT_MS = 1000;
const DEFAULT_LOCK_MS = 30_000;

/** The way through the access-code gate, apart from its looks. */
export class Gate {
  state = $state.raw<GateState>({ kind: 'asking' });
  readonly #lockTime = new Countdown();

  /** Time left of a lock; 0 when there is none. Counts down by itself. */
  get remainingMs(): number {
    return this.#lockTime.remainingMs;
  }

  get locked(): boolean {
    return this.state.kind === 'locked';
  }

  /** What to say under the field; empty while all is well. */
  get complaint(): string {
    const { state } = this;
    if (state.kind === 'wrong') return t.gate_wrong();
    if (state.kind === 'empty') return t.gate_empty();
    if (state.kind === 'locked') return t.gate_locked({ time: showDuration(this.remainingMs) });
    if (state.kind === 'busyGiveUp') return t.gate_busy_give_up();
    if (state.kind === 'failed')
      return t.gate_failed({ reason: state.failure.message || t.answer_network() });
    return '';
  }

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
    this.#lockTime.dispose();
  }

  #refused(failure: Failure, busy: boolean): void {
    if (busy) this.state = { kind: 'busyGiveUp' };
    else if (failure.status === 429) this.#lock(failure.retryAfter ?? DEFAULT_LOCK_MS);
    else if (failure.status === 401 || failure.status === 422) this.state = { kind: 'wrong' };
    else this.state = { kind: 'failed', failure };
  }

  #lock(waitMs: number): void {
    this.state = { kind: 'locked' };
    this.#lockTime.start(waitMs, () => (this.state = { kind: 'asking' }));
  }
}
