/** The service worker that keeps the page's shell (service-worker/service-worker.js), and the new version that waits in it. */
const SCRIPT = '/service-worker.js';
const TELL_AGAIN_MS = 3000;
const LOOK_EVERY_MS = 60 * 60_000;

let waiting = $state.raw<ServiceWorker | null>(null);
let put = $state(false);
let looked = Date.now();

export const newVersion = {
  /** It is there, and the reader has not put it off. */
  get ready(): boolean {
    return waiting !== null && !put;
  },
  /** It comes when the reader opens the page the next time. */
  putOff(): void {
    put = true;
  },
  /** The page begins anew with it; drafts are kept over a reload. */
  take(): void {
    if (waiting === null) return;
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    waiting.postMessage({ kind: 'activate' });
  },
};

/**
 * Registers the worker and follows its new versions. Without service workers (plain http, some private windows) the page works as
 * before.
 */
export async function start(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register(scriptUrl(), { updateViaCache: 'none' });
    if (registration.waiting) void offer(registration.waiting);
    registration.addEventListener('updatefound', () => follow(registration.installing));
    follow(registration.installing);
    document.addEventListener('visibilitychange', () => look(registration));
    await navigator.serviceWorker.ready;
    tellUsed();
    // A first visit: until now nobody saw what was fetched, and some of it may still be on its way.
    navigator.serviceWorker.addEventListener('controllerchange', tellUsed);
    setTimeout(tellUsed, TELL_AGAIN_MS);
  } catch {
    // Not allowed here, or the server is away: the next visit tries again.
  }
}

/** Trusted Types want a TrustedScriptURL here; this policy knows exactly one. */
function scriptUrl(): string {
  const policy = window.trustedTypes?.createPolicy('service-worker-url', {
    createScriptURL: (asked) => {
      if (asked !== SCRIPT) throw new TypeError('not the service worker');
      return asked;
    },
  });
  return (policy?.createScriptURL(SCRIPT) as unknown as string | undefined) ?? SCRIPT;
}

function follow(worker: ServiceWorker | null): void {
  worker?.addEventListener('statechange', () => {
    if (worker.state === 'installed' && navigator.serviceWorker.controller !== null) void offer(worker);
  });
}

/** A page that came from the server is of the new version already: then nobody is asked. */
async function offer(worker: ServiceWorker): Promise<void> {
  const script = document.querySelector<HTMLScriptElement>('script[type=module]');
  const { port1, port2 } = new MessageChannel();
  const mine = await new Promise<boolean>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<boolean>) => resolve(data);
    worker.postMessage({ kind: 'isYours', url: new URL(script?.src ?? '', location.href).pathname }, [port2]);
  });
  if (mine) worker.postMessage({ kind: 'activate' });
  else waiting = worker;
}

/** A tab that stays open for days asks, too. */
function look(registration: ServiceWorkerRegistration): void {
  if (document.hidden || !navigator.onLine || Date.now() - looked < LOOK_EVERY_MS) return;
  looked = Date.now();
  registration.update().catch(() => {});
}

/** What was fetched before the worker saw it. */
function tellUsed(): void {
  const urls = performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name))
    .filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith('/assets/'))
    .map(({ pathname }) => pathname);
  navigator.serviceWorker.controller?.postMessage({ kind: 'used', urls });
}
