/** A task between the next frame and the one after it: what was changed before is drawn by then. A hidden tab has no frames. */
export const betweenFrames = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
