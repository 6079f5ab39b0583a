let drawn = (): void => {};
const firstDrawn = new Promise<void>((resolve) => (drawn = resolve));

/** Told by main.ts: the start stands in the document. Before that nothing is fetched beside it, however long its texts take. */
export const startIsDrawn = (): void => drawn();

/** The page has been drawn and has nothing else to do. */
export async function idle(): Promise<void> {
  await firstDrawn;
  await new Promise<void>((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 1000 });
    else setTimeout(resolve, 200);
  });
}
