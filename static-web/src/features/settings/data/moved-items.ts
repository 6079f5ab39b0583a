import type { Found } from '../../prompts/import-file';

/** Where a file comes from; ours has Open WebUI's form. */
export type Origin = 'open-webui' | 'chatgpt' | 'nextchat';

/** Why an item is none. */
export type Trouble = 'no_chat' | 'no_messages' | 'no_list' | 'torn' | 'too_big' | 'zip' | { json: string };

/** A chat as the server imports it (docs/chats.md). */
export interface ImportItem {
  /** Its id where it comes from: by it, and `updated_at`, a repeated import is known. */
  id?: string | undefined;
  chat: object;
  meta?: unknown;
  pinned?: unknown;
  archived?: unknown;
  folder_id?: unknown;
  /** Unix seconds. */
  created_at?: unknown;
  updated_at?: unknown;
}

/** An item of a file, as it becomes ours. */
export type Moved =
  | { kind: 'chat'; origin: Origin; title: string; item: ImportItem }
  | { kind: 'found'; title: string; found: Found }
  /** A chat in which nothing was said. */
  | { kind: 'empty'; title: string }
  | { kind: 'broken'; title: string; why: Trouble };

export type Fields = Record<string, unknown>;

export const broken = (title: string, why: Trouble): Moved => ({ kind: 'broken', title, why });
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null;

/** Those that are left when some are taken out. */
export function without(fields: Fields, ...names: string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

const ID = /^[\w-]{1,64}$/;
/** Ids of other programs that fit stay; for others a new one is made, the same for the same. */
export class Ids {
  readonly #made = new Map<string, string>();

  of(id: string): string {
    if (ID.test(id)) return id;
    const made = this.#made.get(id) ?? crypto.randomUUID();
    if (id !== '') this.#made.set(id, made);
    return made;
  }
}

/** What the server keeps beside a chat's messages, with room for what the chat says of itself. */
const MOST_EXTRA = 150_000;
/** What another program says and we have no word for, as far as it is kept: the short fields first. */
export function keepOther(fields: Fields, most = MOST_EXTRA): Fields {
  let room = most;
  const kept = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => ({ name, value, units: name.length + JSON.stringify(value).length }))
    .sort((one, other) => one.units - other.units)
    .filter(({ units }) => (room -= units) >= 0);
  return Object.fromEntries(kept.map(({ name, value }) => [name, value]));
}

/** A message of the other program with its place; fields that nobody knows go along. */
export interface TreeMessage extends Fields {
  id: string;
  parentId: string | null;
  role: string;
  content: string;
}

/** Messages as a chat's tree: parents know their children, in the order in which these came. */
export function treeOf(messages: TreeMessage[]): Record<string, Fields> {
  const tree: Record<string, Fields & { childrenIds: string[] }> = {};
  for (const message of messages) tree[message.id] = { ...message, childrenIds: [] };
  for (const { id, parentId } of messages) if (parentId !== null) tree[parentId]?.childrenIds.push(id);
  return tree;
}
