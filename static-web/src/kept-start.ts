import type { ModelList } from './server-api/models';
import type { SiteConfig } from './server-api/site-config';
import { keepFor, readLast, writeKept } from './shared/storage/kept-store';

/** What the page shows before the server answers. */
export interface KeptStart {
  site: SiteConfig;
  models: ModelList | null;
}

/**
 * Whose chats this browser keeps: an account's, or the one person's of an open site. A guest's never: the page does not know which
 * pass is its own, and a code is often used on a machine that others use too.
 */
export function keptReader({ access, user }: SiteConfig): string | null {
  if (access.mode === 'open') return 'open';
  return access.mode === 'accounts' && access.granted && user ? user.id : null;
}

/** What is kept, unless the server answers first. @param asked What it is asked. */
export function startBefore(asked: Promise<object>): Promise<KeptStart | null> {
  const reading = readStart();
  return Promise.race([reading, asked.then((outcome) => ('failure' in outcome ? reading : null))]);
}

/** Of the reader who was here last; null when nothing is kept. */
async function readStart(): Promise<KeptStart | null> {
  // Whoever comes back from signing in may be somebody else.
  if (location.pathname.startsWith('/auth')) return null;
  const last = await readLast('site', 'models');
  if (last === null) return null;
  const [site, models] = last.values as [SiteConfig?, ModelList?];
  return site === undefined || keptReader(site) !== last.owner ? null : { site, models: models ?? null };
}

/** The server has said who this is: what belongs to anybody else goes. */
export async function keepStart(site: SiteConfig): Promise<void> {
  await keepFor(keptReader(site));
  await writeKept('site', site);
}

export const keepModels = (models: ModelList) => writeKept('models', models);

/** All chats were deleted: this browser shows none of them without the server either. */
export async function forgetChats(site: SiteConfig, models: ModelList): Promise<void> {
  await keepFor(null);
  await keepStart(site);
  await keepModels(models);
}
