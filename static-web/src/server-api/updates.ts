import { ask, json } from './ask';

/** GET /api/version/updates: `url` is the page of a newer release, null where there is none. */
export interface Updates {
  current: string;
  latest: string;
  url: string | null;
}

/** For administrators, and only where /api/config says that it is switched on. Null where it could not be learnt. */
export async function readUpdates(): Promise<Updates | null> {
  const outcome = await ask('/api/version/updates', { cache: 'no-store' }, json<Updates>);
  return 'value' in outcome ? outcome.value : null;
}
