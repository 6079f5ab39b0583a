import type { StoredMessage } from '../../server-api/chats';
import { unreachable } from '../../server-api/failure';
import { showAnswer } from '../streaming-answer/answer-text';
import { Message, type MessageState } from './chat.svelte';

/** Makes a message show what the server has of it. */
export function showStored(message: Message, stored: StoredMessage): void {
  message.parentId = stored.parentId;
  message.modelId = stored.model ?? '';
  message.model = stored.modelName ?? stored.model ?? '';
  message.siblings = stored.siblings ?? [];
  message.usage = stored.usage ?? null;
  message.raw = { content: stored.content, reasoning: stored.reasoning ?? '' };
  if (message.role === 'user') {
    message.text = stored.content;
    message.files = (stored.files ?? []).filter(
      ({ type, url }) => url && (type === 'image' || type === 'file'),
    );
    return;
  }
  message.reasoningMs = stored.reasoningMs ?? null;
  showAnswer(message, message.raw);
  message.state = stateOf(stored);
  message.finish = stored.finishReason ?? '';
  const { error } = stored;
  message.failure = error
    ? {
        ...unreachable,
        status: error.status ?? 0,
        message: error.content ?? '',
        type: error.type ?? 'error',
        connection: error.connection ?? null,
        ...(error.type ? { code: error.type } : {}),
        ...(error.retry_at ? { retryAt: error.retry_at * 1000 } : {}),
      }
    : null;
}

function stateOf(stored: StoredMessage): MessageState {
  if (stored.state === 'running') return 'streaming';
  return stored.state ?? (stored.error ? 'failed' : 'done');
}
