const waiting: (() => void)[] = [];
let streams = 0;

/**
 * When a piece that is drawn beside an answer's text, such as a formula or the colours of code, may be put into the document: at once, or
 * in its turn while an answer streams. Then each has a frame to itself where the machine is slow: two in one, or one with the
 * text that came meanwhile, would hold up a key press for both.
 */
export function pieceTurn(): Promise<void> {
  if (streams === 0) return Promise.resolve();
  return new Promise((resolve) => waiting.push(resolve));
}

/** For who shows streams: between `begin` and `end` pieces wait to be let in. */
export const pieceTurns = {
  begin(): void {
    streams++;
  },
  /** Lets one in that waits; false when none does. */
  next(): boolean {
    const enter = waiting.shift();
    enter?.();
    return enter !== undefined;
  },
  end(): void {
    if (--streams > 0) return;
    for (const enter of waiting.splice(0)) enter();
  },
};
