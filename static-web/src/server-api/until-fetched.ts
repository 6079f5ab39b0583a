import { pause } from './wake';

/** A server that is being replaced is back within seconds. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Code that the page fetches by itself, whenever that may be: without a network, or a server, it goes on when that is back. Never throws.
 * @param load Safe to repeat.
 */
export async function untilFetched<Code>(load: () => Promise<Code>): Promise<Code> {
  let wait = FIRST_WAIT_MS;
  for (;;) {
    try {
      const code = (await load()) as Code | undefined;
      // What stale-tab.ts takes in hand comes as nothing: the page is about to be loaded anew.
      if (code !== undefined) return code;
      await new Promise(() => {});
    } catch {
      await pause(wait, new AbortController().signal);
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
    }
  }
}
