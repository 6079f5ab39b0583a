import { chatNews } from '../../../server-api/chat-news';
import type { ChatEntry, Outcome } from '../../../server-api/chats';
import { toasts } from '../../../shared/toasts/toasts.svelte';
import { t } from './tools-text';

/** Requests of one act at once. */
const AT_ONCE = 4;

/** Does something to each chat; returns how many were refused. */
export async function runAll(
  entries: ChatEntry[],
  act: (entry: ChatEntry) => Promise<Outcome<unknown>>,
): Promise<number> {
  const waiting = [...entries];
  let failed = 0;
  const work = async () => {
    for (let next; (next = waiting.shift());) if ('failure' in (await act(next))) failed++;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failed;
}

/** As runAll, but shows each as it will be at once, and again as it was where the server refused. */
export function showAll(
  entries: ChatEntry[],
  act: (entry: ChatEntry) => Promise<Outcome<unknown>>,
  after: (entry: ChatEntry) => ChatEntry,
): Promise<number> {
  for (const entry of entries) chatNews.tell({ kind: 'entry', entry: after(entry) });
  return runAll(entries, async (entry) => {
    const outcome = await act(entry);
    if ('failure' in outcome) chatNews.tell({ kind: 'entry', entry });
    return outcome;
  });
}

/** What was done, with a way back; or how many were refused. */
export function sayHow(
  failed: number,
  complaint: (count: { count: number }) => string,
  text: () => string,
  undo: () => unknown,
): void {
  if (failed > 0) toasts.show(complaint({ count: failed }));
  else toasts.show(text(), { label: t.undo(), run: () => void undo() });
}
