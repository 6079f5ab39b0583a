import { readTabValue, writeTabValue } from '../../shared/storage/tab-storage';

/** Drafts survive reloads and chat switches: one for each chat, and one for the new chat (`null`). */
const keyOf = (chatId: string | null) => `draft:${chatId ?? 'new'}`;

export function readDraft(chatId: string | null): string {
  return readTabValue<string>(keyOf(chatId)) ?? '';
}

/** An empty text removes the draft. */
export function writeDraft(chatId: string | null, text: string): void {
  writeTabValue(keyOf(chatId), text === '' ? null : text);
}
