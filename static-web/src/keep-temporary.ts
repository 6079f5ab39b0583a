import type { Chat } from './features/conversation/chat.svelte';
import { chatNews } from './server-api/chat-news';
import { createChat } from './server-api/chats';

/** Stores a chat of this tab on the server. Returns its id; null when that failed. */
export async function keepChat(chat: Chat): Promise<string | null> {
  const now = Math.floor(Date.now() / 1000);
  const ids = chat.messages.map(({ id }) => id);
  const messages = chat.messages.map((message, at) => ({
    id: message.id,
    parentId: ids[at - 1] ?? null,
    childrenIds: ids.slice(at + 1, at + 2),
    role: message.role,
    content: message.text,
    timestamp: now,
    ...(message.role === 'assistant' ? answerOf(chat, at) : {}),
  }));
  const outcome = await createChat({
    title: chat.title,
    models: [...new Set(chat.messages.flatMap(({ modelId }) => modelId || []))].slice(-1),
    system: chat.system,
    params: chat.params,
    history: {
      currentId: ids.at(-1) ?? null,
      messages: Object.fromEntries(messages.map((message) => [message.id, message])),
    },
  });
  if ('failure' in outcome) return null;
  const { id, title } = outcome.value;
  const entry = { id, title, updated_at: now, created_at: now, pinned: false, archived: false };
  chatNews.tell({ kind: 'entry', entry });
  return id;
}

function answerOf(chat: Chat, at: number): object {
  const message = chat.messages[at];
  if (!message) return {};
  return {
    model: message.modelId || message.model,
    modelName: message.model,
    done: true,
    state: message.state,
    reasoning: message.reasoning,
    ...(message.reasoningMs === null ? {} : { reasoningMs: Math.round(message.reasoningMs) }),
    ...(message.finish === '' ? {} : { finishReason: message.finish }),
    ...(message.failure
      ? { error: { content: message.failure.message, status: message.failure.status } }
      : {}),
  };
}
