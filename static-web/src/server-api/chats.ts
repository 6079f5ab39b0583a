import { readFailure, unreachable, type Failure } from './failure';

/** A chat in a list; times in seconds since 1970. */
export interface ChatEntry {
  id: string;
  title: string;
  updated_at: number;
  created_at: number;
  pinned: boolean;
  archived: boolean;
}

export type StoredState = 'running' | 'done' | 'stopped' | 'interrupted' | 'failed';

/** A message as the server keeps it (docs/chats.md). */
export interface StoredMessage {
  id: string;
  parentId: string | null;
  role: 'user' | 'assistant';
  content: string;
  model?: string;
  modelName?: string;
  reasoning?: string;
  reasoningMs?: number | null;
  finishReason?: string | null;
  state?: StoredState;
  /** UTF-16 units of reasoning and content so far. */
  sequence?: number;
  error?: {
    content?: string;
    status?: number | null;
    type?: string | null;
    connection?: string | null;
  } | null;
  /** In order, with the message itself; only where there is more than one. */
  siblings?: string[];
}

/** The end of a branch, its messages from the oldest to the newest. */
export interface Branch {
  chat: ChatEntry & { currentId: string | null };
  messages: StoredMessage[];
  /** Fetches the messages above; null at the beginning. */
  before: string | null;
}

export type Outcome<Value> = { value: Value } | { failure: Failure };
export interface ChatPage {
  chats: ChatEntry[];
  /** Cursor of the page after this one; null at the end. */
  next: string | null;
}

const ROOT = '/api/v1/chats';
const at = (id: string) => `${ROOT}/${encodeURIComponent(id)}`;
const messageAt = (id: string, messageId: string) => `${at(id)}/messages/${encodeURIComponent(messageId)}`;

/** One page of 60, newest first, without pinned and archived chats. */
export function listChats(after: string | null = null): Promise<Outcome<ChatPage>> {
  return ask(
    `${ROOT}/?${after === null ? 'page=1' : `after=${encodeURIComponent(after)}`}`,
    {},
    async (response) => ({
      chats: (await response.json()) as ChatEntry[],
      next: response.headers.get('x-openwebui-next'),
    }),
  );
}

/** All pinned chats. */
export const listPinned = () => ask(`${ROOT}/pinned`, {}, json<ChatEntry[]>);

/** One page of archived chats, counted from 1. */
export const listArchived = (page: number) => ask(`${ROOT}/archived?page=${page}`, {}, json<ChatEntry[]>);

/**
 * The messages that a branch ends with.
 * @param options.leaf A message of the branch; followed down to its newest end. Without it the chat's current branch.
 * @param options.before Cursor of an earlier page.
 * @param options.version ETag of what is known; the value is null when nothing is newer.
 */
export function readBranch(
  id: string,
  options: { leaf?: string; before?: string; limit?: number; version?: string | null } = {},
): Promise<Outcome<{ branch: Branch; version: string | null } | null>> {
  const query = new URLSearchParams();
  if (options.leaf) query.set('leaf', options.leaf);
  if (options.before) query.set('before', options.before);
  query.set('limit', String(options.limit ?? 40));
  const headers: Record<string, string> = options.version ? { 'If-None-Match': options.version } : {};
  return ask(`${at(id)}/branch?${query}`, { headers, cache: 'no-store' }, async (response) =>
    response.status === 304
      ? null
      : { branch: (await response.json()) as Branch, version: response.headers.get('etag') },
  );
}

export const renameChat = (id: string, title: string) => change(id, { title });

/** Moves the chat to another branch; any message of it names it. */
export const moveToBranch = (id: string, messageId: string) =>
  change(id, { history: { currentId: messageId } });

/** A toggle, as everything that is called so in the interface. */
export const togglePin = (id: string) => post(`${at(id)}/pin`, undefined, json<ChatEntry>);
export const toggleArchive = (id: string) => post(`${at(id)}/archive`, undefined, json<ChatEntry>);

/** Safe to repeat; undone by restoreChat for an hour at least. */
export const deleteChat = (id: string) => ask(at(id), { method: 'DELETE' }, json<boolean>);
export const restoreChat = (id: string) => post(`${at(id)}/restore`, undefined, json<ChatEntry>);

/** Stops a running answer, whoever started it. Safe to repeat. */
export const stopAnswer = (id: string, messageId: string) =>
  post(`${messageAt(id, messageId)}/stop`, undefined, json<StoredMessage>);

/** Gives back what the reader has of an interrupted answer beyond the stored text. Safe to repeat. */
export const giveBackAnswer = (id: string, messageId: string, seen: { content: string; reasoning: string }) =>
  post(`${messageAt(id, messageId)}/seen`, seen, json<StoredMessage>);

/** Where an answer is followed from a sequence on. @param title Stays open for the title of a first turn. */
export const streamAddress = (id: string, messageId: string, from: number, title: boolean) =>
  `${messageAt(id, messageId)}/stream?from=${from}${title ? '&title=true' : ''}`;

const change = (id: string, chat: object) => post(at(id), { chat }, json<ChatEntry>);

function post<Value>(
  address: string,
  body: unknown,
  read: (response: Response) => Promise<Value>,
): Promise<Outcome<Value>> {
  const init: RequestInit = { method: 'POST' };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json' };
  }
  return ask(address, init, read);
}

async function ask<Value>(
  address: string,
  init: RequestInit,
  read: (response: Response) => Promise<Value>,
): Promise<Outcome<Value>> {
  try {
    const response = await fetch(address, init);
    if (!response.ok && response.status !== 304) return { failure: await readFailure(response) };
    return { value: await read(response) };
  } catch {
    return { failure: unreachable };
  }
}

async function json<Value>(response: Response): Promise<Value> {
  return (await response.json()) as Value;
}
