const KEY = 'stale-reload';
const ONCE_IN_MS = 60_000;

/**
 * A tab from before a deployment asks for a file that is gone: it reloads, once; drafts and chats survive that. The shell that the
 * service worker keeps is of the old build, too: it goes before, so that the server's page is loaded.
 */
export function rescueStaleTab(event: Event): void {
  const last = Number(sessionStorage.getItem(KEY) ?? 0);
  // Without a network a reload would lose the page; whoever asked hears of the failure.
  if (!navigator.onLine || Date.now() - last < ONCE_IN_MS) return;
  event.preventDefault();
  void reloadFromServer();
}

/** Only from a server that answers: what is on the screen is better than the browser's own page of a failed load. */
async function reloadFromServer(): Promise<void> {
  const answer = await fetch('/', { method: 'HEAD', cache: 'no-store' }).catch(() => null);
  if (!answer?.ok) return;
  // Only secure pages have caches, as they have service workers.
  const names = 'caches' in window ? await caches.keys() : [];
  await Promise.all(names.map(async (name) => (await caches.open(name)).delete('/')));
  sessionStorage.setItem(KEY, String(Date.now()));
  location.reload();
}
