/*
 * The page's shell, painted before the server has woken up. Made into dist/service-worker.js by tools/make-service-worker.mjs, which
 * fills in the build's id and files. Nothing that an API answers is ever kept here.
 *
 * 1. The shell (index.html, what it loads, the icon) is fetched at installation; other files of the build are kept when they are used.
 * 2. An address of the page is answered from the shell, and the server is asked meanwhile: the same page with other headers (its content
 *    security policy follows the configuration) is kept, another page is a new build, and a redirect or refusal means that somebody in
 *    front of the site wants to see the reader: then the shell goes, and the pages that are stuck load anew.
 * 3. A new build waits until the reader says so, or until no tab is open. Its activation removes what the old one kept.
 */
const BUILD = '%BUILD%';
const SHELL = ['%SHELL%'];
const CACHE = `page-${BUILD}`;
/** Addresses of the page itself; every other one is the server's. */
const PAGE = /^\/(?:c\/[\w-]{1,64}\/?|admin(?:\/.*)?|auth\/?)?$/;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL.map(fresh))));
});

/** What has its content in its name is what the browser has already. */
const fresh = (path) => (path.startsWith('/assets/') ? path : new Request(path, { cache: 'no-cache' }));

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('message', (event) => {
  const { kind, urls, url } = event.data;
  if (kind === 'activate') event.waitUntil(self.skipWaiting());
  else if (kind === 'used') event.waitUntil(keepAll(urls));
  else if (kind === 'isYours') event.ports[0].postMessage(SHELL.includes(url));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (PAGE.test(url.pathname)) event.respondWith(shell(event));
  } else if (isOfBuild(url)) event.respondWith(fileOfBuild(event, url));
});

const isOfBuild = ({ pathname }) =>
  pathname.startsWith('/assets/') || (pathname !== '/' && SHELL.includes(pathname));

async function shell(event) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match('/');
  // The tab was opened while the shell was away: the server says what is to be shown.
  if (kept === undefined) return fetch(event.request);
  event.waitUntil(lookAtServer(cache, kept.clone()));
  return kept;
}

/** Step 2. Without an answer everything stays as it is. */
async function lookAtServer(cache, kept) {
  const answer = await fetch('/', { cache: 'no-cache', redirect: 'manual' }).catch(() => null);
  if (answer === null || answer.status >= 500) return;
  if (!answer.ok) {
    await cache.delete('/');
    for (const client of await self.clients.matchAll()) client.postMessage({ kind: 'door' });
  } else if ((await answer.clone().text()) === (await kept.text())) await cache.put('/', answer);
  else await self.registration.update().catch(() => {});
}

async function fileOfBuild(event, { pathname }) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(pathname);
  if (kept !== undefined) return kept;
  const answer = await fetch(event.request);
  if (answer.status === 200 && pathname.startsWith('/assets/'))
    event.waitUntil(cache.put(pathname, answer.clone()));
  return answer;
}

/** What the page had loaded before this worker saw its requests. */
async function keepAll(paths) {
  const cache = await caches.open(CACHE);
  for (const path of paths) {
    if (!path.startsWith('/assets/') || (await cache.match(path)) !== undefined) continue;
    const answer = await fetch(path).catch(() => null);
    if (answer?.status === 200) await cache.put(path, answer);
  }
}
