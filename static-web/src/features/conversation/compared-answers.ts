import { readBranch, type StoredMessage } from '../../server-api/chats';
import type { Chat, Message } from './chat.svelte';

const MOST_READ = 8;

/**
 * The answers that stand side by side after a reload: the newest of each model that the last question was put to. Null where
 * there are not several, or they could not be read.
 * @param models Those that the chat goes on with: several until the reader has chosen one.
 * @param take Makes a message of what was read.
 */
export async function restoreCompared(
  chat: Chat,
  models: string[],
  take: (stored: StoredMessage) => Message,
): Promise<Message[] | null> {
  const last = chat.messages.at(-1);
  if (chat.id === null || last?.role !== 'assistant' || last.siblings.length < 2) return null;
  const ids = last.siblings.slice(-MOST_READ).filter((id) => id !== last.id);
  const read = await Promise.all(ids.map((leaf) => readBranch(chat.id ?? '', { leaf, limit: 1 })));
  const all = new Map([[last.id, last]]);
  for (const outcome of read) {
    if ('failure' in outcome) return null;
    const stored = outcome.value?.branch.messages[0];
    // An answer that was gone on with was chosen before.
    if (stored?.parentId === last.parentId) all.set(stored.id, take({ siblings: last.siblings, ...stored }));
  }
  return newestOfEach(
    models,
    last.siblings.flatMap((id) => all.get(id) ?? []),
  );
}

/** In the models' order; null where there are fewer than two. */
export function newestOfEach(models: string[], answers: Message[]): Message[] | null {
  const newest = models.flatMap((id) => answers.findLast(({ modelId }) => modelId === id) ?? []);
  return newest.length > 1 ? newest : null;
}
