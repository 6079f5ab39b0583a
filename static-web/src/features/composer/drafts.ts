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

/** A chat goes by another name: its draft goes with it. */
export function moveDraft(from: string, to: string): void {
  const text = readDraft(from);
  if (text !== '') writeDraft(to, text);
  writeDraft(from, '');
}
