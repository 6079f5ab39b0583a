/** Time left until a moment, told while it passes. */
export class Countdown {
  /** 0 when there is nothing to wait for. */
  remainingMs = $state(0);
  #ticking: ReturnType<typeof setInterval> | null = null;

  /** @param ended Called when the time is up. */
  start(waitMs: number, ended: () => void): void {
    const until = Date.now() + waitMs;
    this.dispose();
    // By the clock, not by counting ticks: a sleeping tab's timers stand still.
    const tick = () => {
      this.remainingMs = Math.max(0, until - Date.now());
      if (this.remainingMs > 0) return;
      this.dispose();
      ended();
    };
    this.#ticking = setInterval(tick, 250);
    tick();
  }

  dispose(): void {
    if (this.#ticking !== null) clearInterval(this.#ticking);
    this.#ticking = null;
  }
}
