import { ask, json, post, type Outcome } from './ask';

export type { Outcome } from './ask';

/** A chat in a list; times in seconds since 1970. */
export interface ChatEntry {
  id: string;
  title: string;
  updated_at: number;
  created_at: number;
  pinned: boolean;
  archived: boolean;
  folder_id?: string | null;
  /** Ids of tags. */
  tags?: string[];
}

/** A folder as a list has it: without its instructions. */
export interface FolderEntry {
  id: string;
  parent_id: string | null;
  name: string;
  is_expanded: boolean;
}

export type StoredState = 'running' | 'done' | 'stopped' | 'interrupted' | 'failed';

/** What the provider counted (OpenAI's form). */
export interface Usage {
  prompt_tokens?: number;
  completion_tokens?: number;
  completion_tokens_details?: { reasoning_tokens?: number } | null;
}

/** What a reader sets for one chat; what is absent is the provider's default. */
export interface ChatParams {
  temperature?: number;
  top_p?: number;
  max_tokens?: number;
  stop?: string[];
  seed?: number;
  reasoning_effort?: string;
}

export interface ChatSettings {
  system: string;
  params: ChatParams;
}

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
  usage?: Usage | null;
  error?: {
    content?: string;
    status?: number | null;
    type?: string | null;
    connection?: string | null;
    /** Unix seconds. */
    retry_at?: number | null;
  } | null;
  files?: FileRef[];
  /** In order, with the message itself; only where there is more than one. */
  siblings?: string[];
}

/** A file that a message names. In chats that no server keeps, its address is a data URL and its id empty. */
export interface FileRef {
  type: 'image' | 'file';
  id: string;
  name: string;
  url: string;
  size: number;
}

/** The end of a branch, its messages from the oldest to the newest. */
export interface Branch {
  chat: ChatEntry & {
    currentId: string | null;
    models: string[];
    system: string | null;
    params: ChatParams;
    meta?: { tags?: string[] };
  };
  messages: StoredMessage[];
  /** Fetches the messages above; null at the beginning. */
  before: string | null;
}

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

/** All folders, by name. */
export const listFolders = () => ask('/api/v1/folders/', {}, json<FolderEntry[]>);

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

/**
 * Moves the chat to another branch; any message of it names it.
 * @param models The models that the chat goes on with; none leaves them.
 */
export const moveToBranch = (id: string, messageId: string, ...models: string[]) =>
  change(id, { history: { currentId: messageId }, ...(models.length > 0 ? { models } : {}) });

/** The models that were asked last. */
export const saveModels = (id: string, models: string[]) => change(id, { models });

export const saveSettings = (id: string, settings: ChatSettings) => change(id, settings);

/** Stores a whole chat. @param chat A blob (docs/chats.md). */
export const createChat = (chat: object) =>
  post(`${ROOT}/new`, { chat }, json<{ id: string; title: string }>);

/** Replaces a settled message's text. */
export const editMessage = (id: string, messageId: string, content: string) =>
  post(messageAt(id, messageId), { content }, json<StoredMessage>);

/** What a deletion took away; `history` brings it back. */
export interface Deleted {
  currentId: string | null;
  history: { currentId: string | null; messages: Record<string, StoredMessage> };
}

/** Deletes a message and what hangs on it; undone by restoreMessages. */
export const deleteMessage = (id: string, messageId: string) =>
  ask(messageAt(id, messageId), { method: 'DELETE' }, json<Deleted>);

export const restoreMessages = (id: string, { history }: Deleted) => change(id, { history });

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
