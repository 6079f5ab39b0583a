/** The next task: what the present one has changed is in the document by then, also what microtasks do. */
export const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve));

/** A task between the next frame and the one after it: it is over before layout and paint begin. A hidden tab has no frames. */
export const betweenFrames = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
