import { ask, json, post, type Outcome } from './ask';
import type { ChatEntry, FolderEntry } from './chats';

/** A folder with its instructions: what a model is told first in every chat that lies in it. */
export interface WholeFolder extends FolderEntry {
  data: { system_prompt?: string } | null;
}

export interface Tag {
  id: string;
  name: string;
}

/** A chat that a search found. */
export interface SearchHit extends ChatEntry {
  /** Some text around the hit; empty where only operators were asked for. */
  snippet: string;
  hit: { in: 'title' | 'text'; message_id: string | null; start: number; length: number };
}

const FOLDERS = '/api/v1/folders';
const CHATS = '/api/v1/chats';
const folderAt = (id: string) => `${FOLDERS}/${encodeURIComponent(id)}`;
const chatAt = (id: string) => `${CHATS}/${encodeURIComponent(id)}`;
const body = (method: string, value: unknown): RequestInit => ({
  method,
  body: JSON.stringify(value),
  headers: { 'Content-Type': 'application/json' },
});

export const readFolder = (id: string) => ask(folderAt(id), {}, json<WholeFolder>);

export const createFolder = (folder: { name: string; parent_id?: string | null; data?: object }) =>
  post(`${FOLDERS}/`, folder, json<WholeFolder>);

export const updateFolder = (id: string, change: { name: string; data: { system_prompt: string } }) =>
  post(`${folderAt(id)}/update`, change, json<WholeFolder>);

export const expandFolder = (id: string, is_expanded: boolean) =>
  post(`${folderAt(id)}/update/expanded`, { is_expanded }, json<FolderEntry>);

/** @param parent Null puts it at the top. */
export const moveFolder = (id: string, parent: string | null) =>
  post(`${folderAt(id)}/update/parent`, { parent_id: parent }, json<FolderEntry>);

/** The folders in it go too. @param chats Deletes their chats; else they are in no folder afterwards. */
export const deleteFolder = (id: string, chats: boolean) =>
  ask(`${folderAt(id)}?delete_contents=${chats}`, { method: 'DELETE' }, json<boolean>);

/** Newest first, without pinned and archived ones. */
export const listFolderChats = (id: string) =>
  ask(`${CHATS}/folder/${encodeURIComponent(id)}`, {}, json<ChatEntry[]>);

/** @param folder Null takes it out of any. */
export const fileChat = (id: string, folder: string | null) =>
  post(`${chatAt(id)}/folder`, { folder_id: folder }, json<ChatEntry>);

export const listTags = () => ask(`${CHATS}/all/tags`, {}, json<Tag[]>);
export const readTags = (id: string) => ask(`${chatAt(id)}/tags`, {}, json<Tag[]>);

/** All tags that the chat has then. */
export const addTag = (id: string, name: string) => post(`${chatAt(id)}/tags`, { name }, json<Tag[]>);
export const removeTag = (id: string, name: string) =>
  ask(`${chatAt(id)}/tags`, body('DELETE', { name }), json<Tag[]>);

/**
 * The next stretch of a search; it may be empty and yet not the last.
 * @param after Empty at first.
 */
export function searchChats(
  text: string,
  after: string,
  signal: AbortSignal,
): Promise<Outcome<{ hits: SearchHit[]; next: string | null }>> {
  const query = new URLSearchParams({ text, after });
  return ask(`${CHATS}/search?${query}`, { signal }, async (response) => ({
    hits: (await response.json()) as SearchHit[],
    next: response.headers.get('x-openwebui-next'),
  }));
}
