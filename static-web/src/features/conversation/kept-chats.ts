import type { Branch, StoredMessage } from '../../server-api/chats';
import { readKept, writeKept, writeRecent } from '../../shared/storage/kept-store';
import type { Chat, Message } from './chat.svelte';

/** So many chats are read without a network: those that were open last. */
const CHATS = 30;
/** A longer chat is shown when the server answers. */
const MOST_CHARS = 1_000_000;

export interface KeptChat {
  branch: Branch;
  /** ETag; null when the server may have more. */
  version: string | null;
}

const keyOf = (id: string) => `chat:${id}`;

/** The end of a chat as this browser has it; null when it has none. */
export const readKeptChat = (id: string) => readKept<KeptChat>(keyOf(id));

/** It is not there any more, or not this reader's. */
export const forgetChat = (id: string) => writeKept(keyOf(id), null);

export async function keepChat(kept: KeptChat): Promise<void> {
  const { chat, messages } = kept.branch;
  const chars = messages.reduce(
    (sum, { content, reasoning }) => sum + content.length + (reasoning?.length ?? 0),
    0,
  );
  if (chars > MOST_CHARS) await forgetChat(chat.id);
  else await writeRecent(keyOf(chat.id), kept, CHATS);
}

/** After an answer the page has what the server would say: nothing is asked for that. */
export async function keepShown(chat: Chat): Promise<void> {
  if (chat.id === null) return;
  const known = await readKeptChat(chat.id);
  const now = Math.floor(Date.now() / 1000);
  const entry = known?.branch.chat ?? {
    id: chat.id,
    created_at: now,
    pinned: false,
    currentId: null,
  };
  const { givenTitle, archived, before, system, params } = chat;
  const models = chat.compared?.map(({ modelId }) => modelId) ?? [];
  await keepChat({
    branch: {
      chat: { ...entry, title: givenTitle ?? '', archived, updated_at: now, system, params, models },
      messages: chat.messages.map(asStored),
      before,
    },
    version: null,
  });
}

function asStored(message: Message): StoredMessage {
  const { id, parentId, role, raw, state, siblings } = message;
  if (role === 'user') return { id, parentId, role, content: message.text, siblings: [...siblings] };
  return {
    id,
    parentId,
    role,
    content: raw.content,
    reasoning: raw.reasoning,
    reasoningMs: message.reasoningMs,
    model: message.modelId,
    modelName: message.model,
    finishReason: message.finish,
    usage: message.usage,
    state: state === 'streaming' ? 'running' : state,
    siblings: [...siblings],
    error: message.failure && {
      content: message.failure.message,
      type: message.failure.type,
      status: message.failure.status,
      connection: message.failure.connection,
    },
  };
}
