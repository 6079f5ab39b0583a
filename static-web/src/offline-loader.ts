import { idle } from './idle';
import { untilFetched } from './server-api/until-fetched';

const ANSWER_MS = 2000;

/** Whoever stands before the site wants to see the reader first: a page that could not reach it loads anew, from there. */
export function watchDoor(stuck: () => boolean): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<{ kind?: string }>) => {
    // The page's own question may not be answered yet.
    if (data.kind === 'door') setTimeout(() => stuck() && location.reload(), ANSWER_MS);
  });
}

/** Keeps the page's shell for the next visit; after the page has been drawn. */
export async function startShellWorker(): Promise<void> {
  await idle();
  const { start } = await untilFetched(() => import('./features/offline/shell-worker.svelte'));
  await start();
}

/** What tells of the network and of new versions, with its texts: after the page has been drawn. */
export async function loadOfflineNotes() {
  await idle();
  return untilFetched(() =>
    Promise.all([
      import('./features/offline/OfflineNotes.svelte'),
      import('./features/offline/offline-text').then(({ ready }) => ready()),
    ]).then(([notes]) => notes),
  );
}
