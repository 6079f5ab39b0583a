const SOONEST_MS = 5000;
const LATEST_MS = 30_000;
const SLOWER = 1.2;

/**
 * Looks again and again whether the waiting is over: every 5 s at first, then slower, up to every 30 s; at once when the
 * reader looks at the page or the network is back, and not at all while nobody looks. No connection waits meanwhile.
 * @param look Never throws.
 * @returns The way to end it.
 */
export function keepLooking(look: () => Promise<unknown>): () => void {
  let wait = SOONEST_MS;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let looking = false;
  let ended = false;
  const seen = () => document.visibilityState === 'visible';

  function plan(): void {
    if (timer !== null) clearTimeout(timer);
    timer = ended || !seen() ? null : setTimeout(() => void again(), wait);
  }

  async function again(): Promise<void> {
    if (looking || ended) return;
    looking = true;
    wait = Math.min(wait * SLOWER, LATEST_MS);
    await look();
    looking = false;
    plan();
  }

  function back(): void {
    if (!seen()) return plan();
    wait = SOONEST_MS;
    void again();
  }

  window.addEventListener('focus', back);
  window.addEventListener('online', back);
  document.addEventListener('visibilitychange', back);
  plan();
  return () => {
    ended = true;
    plan();
    window.removeEventListener('focus', back);
    window.removeEventListener('online', back);
    document.removeEventListener('visibilitychange', back);
  };
}
