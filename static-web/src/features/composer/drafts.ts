import type { FileRef } from '../../server-api/chats';
import {
  readBrowserValue,
  removeBrowserValues,
  writeBrowserValue,
} from '../../shared/storage/browser-storage';
import { readTabValue, tabOwner, writeTabValue } from '../../shared/storage/tab-storage';

/**
 * Drafts survive reloads, chat switches, an ended session and a closed tab: one for each chat, and one for the new chat
 * (`null`). This tab's own comes first; what the browser keeps belongs to the account, and goes when another one comes in.
 */
const keyOf = (chatId: string | null, what = 'draft') => `${what}:${chatId ?? 'new'}`;
const KEPT = 'kept:';
const keptKey = (key: string) => `${KEPT}${tabOwner()}:${key}`;

function read<Value>(key: string): Value | null {
  return readTabValue<Value>(key) ?? readBrowserValue<Value>(keptKey(key));
}

function write(key: string, value: unknown): void {
  writeTabValue(key, value);
  writeBrowserValue(keptKey(key), value);
}

export function readDraft(chatId: string | null): string {
  return read<string>(keyOf(chatId)) ?? '';
}

/** An empty text removes the draft. */
export function writeDraft(chatId: string | null, text: string): void {
  write(keyOf(chatId), text === '' ? null : text);
}

/** What was uploaded for the message that is being written. */
export function readDraftFiles(chatId: string | null): FileRef[] {
  return read<FileRef[]>(keyOf(chatId, 'draft-files')) ?? [];
}

export function writeDraftFiles(chatId: string | null, files: FileRef[]): void {
  write(keyOf(chatId, 'draft-files'), files.length === 0 ? null : files);
}

/** A chat goes by another name: its draft goes with it. */
export function moveDraft(from: string, to: string): void {
  const text = readDraft(from);
  const files = readDraftFiles(from);
  if (text !== '') writeDraft(to, text);
  if (files.length > 0) writeDraftFiles(to, files);
  writeDraft(from, '');
  writeDraftFiles(from, []);
}

/** Somebody has come in: what another reader wrote in this browser goes. */
export function forgetOthersDrafts(): void {
  removeBrowserValues(KEPT, keptKey(''));
}

/** Whoever leaves by their own will leaves none. */
export function forgetDrafts(): void {
  removeBrowserValues(keptKey(''));
}
