import { ask, json, post } from './ask';

const ROOT = '/api/v1/chats';
const at = (id: string) => `${ROOT}/${encodeURIComponent(id)}`;

/** What the server says of a chat's public snapshot. */
export interface ShareState {
  share_id: string | null;
  /** Unix seconds. */
  shared_at?: number;
}

/** A message as an export, or the public, has it. */
export interface PlainMessage {
  id: string;
  parentId: string | null;
  role: string;
  content: string;
  model?: string | null;
  modelName?: string;
  reasoning?: string;
  state?: string;
  files?: { name?: string | null }[];
}

/** A chat with its messages, as exports have it, too. */
export interface PlainChat {
  id: string;
  title: string;
  shared_at?: number;
  chat: { history?: { currentId?: string | null; messages?: Record<string, PlainMessage> } };
}

/** Whether a chat is shared; nothing of its messages but the last one. */
export const readShareState = (id: string) =>
  ask(`${at(id)}/branch?limit=1`, { cache: 'no-store' }, async (response) => {
    return ((await response.json()) as { chat: ShareState }).chat;
  });

/** Makes the public snapshot, or refreshes it under the same id. Safe to repeat. */
export const shareChat = (id: string) => post(`${at(id)}/share`, undefined, json<ShareState>);

/** Takes it back. Safe to repeat. */
export const revokeShare = (id: string) => ask(`${at(id)}/share`, { method: 'DELETE' }, json<boolean>);

/** What is shared under an id; for everybody. */
export const readShared = (share: string) => ask(`${ROOT}/share/${share}`, {}, json<PlainChat>);

/** Makes a chat of one's own of it. */
export const copyShared = (share: string) =>
  post(`${ROOT}/${share}/clone/shared`, undefined, json<{ id: string }>);

/** A chat of one's own, whole. */
export const readWhole = (id: string) => ask(at(id), { cache: 'no-store' }, json<PlainChat>);

export const addressOfShare = (share: string) => `${location.origin}/s/${share}`;

/** The messages from the first one to the one at which the chat is opened. */
export function branchOf({ chat }: PlainChat): PlainMessage[] {
  const messages = chat.history?.messages ?? {};
  const branch: PlainMessage[] = [];
  let next = messages[chat.history?.currentId ?? ''];
  while (next && branch.length <= Object.keys(messages).length) {
    branch.unshift(next);
    next = messages[next.parentId ?? ''];
  }
  return branch;
}
