import type { ChatEntry } from '../../server-api/chats';

interface Entry {
  id: string;
  updated_at: number;
}

/** Newest first; equal times by id, so that the order never flickers. */
function byTime(a: Entry, b: Entry): number {
  return b.updated_at - a.updated_at || (a.id < b.id ? 1 : -1);
}

/** Adds an entry or changes one, and puts it where its time says. */
export function withEntry<Item extends Entry>(entries: Item[], entry: Item): Item[] {
  return [...entries.filter(({ id }) => id !== entry.id), entry].sort(byTime);
}

/** Adds a later page; what is there already is taken as the page has it. */
export function withPage<Item extends Entry>(entries: Item[], page: Item[]): Item[] {
  const fresh = new Set(page.map(({ id }) => id));
  return [...entries.filter(({ id }) => !fresh.has(id)), ...page].sort(byTime);
}

/**
 * Reads the first page again: it decides for the time that it spans, so that what was removed elsewhere goes; older entries,
 * read by later pages, stay.
 * @param whole There is no page after it.
 */
export function withFirstPage<Item extends Entry>(entries: Item[], page: Item[], whole: boolean): Item[] {
  const last = page.at(-1);
  if (whole || last === undefined) return [...page].sort(byTime);
  return withPage(
    entries.filter((entry) => byTime(last, entry) < 0),
    page,
  );
}

/** Whether news of a chat say enough of it to list one that was not known. */
export function isWhole(entry: Partial<ChatEntry>): boolean {
  return entry.title !== undefined && entry.updated_at !== undefined && entry.pinned !== undefined;
}
