import { chatNews } from '../../server-api/chat-news';
import {
  deleteMessage,
  editMessage,
  moveToBranch,
  restoreMessages,
  saveSettings,
  type ChatSettings,
} from '../../server-api/chats';
import type { Chat, Message } from './chat.svelte';
import type { Removed } from './conversations';
import { showStored } from './stored-message';

/** Changes of a stored chat that are no turns. Each is shown when the server has it, and says whether it has. */

export async function changeAnswer({ id }: Chat, answer: Message, text: string): Promise<boolean> {
  if (id === null) return false;
  // Reasoning that stands inside the text, before the answer, stays.
  const { content } = answer.raw;
  const thoughts = content.endsWith(answer.text) ? content.slice(0, content.length - answer.text.length) : '';
  const outcome = await editMessage(id, answer.id, thoughts + text);
  if ('failure' in outcome) return false;
  const { siblings } = answer;
  showStored(answer, { siblings, ...outcome.value });
  return true;
}

/** @param reread Shows what the server has now. */
export async function removeMessage(
  { id, streaming }: Chat,
  message: Message,
  reread: () => Promise<void>,
): Promise<Removed | null> {
  if (id === null || streaming) return null;
  const outcome = await deleteMessage(id, message.id);
  if ('failure' in outcome) return null;
  const deleted = outcome.value;
  await reread();
  const undo = async () => {
    const restored = await restoreMessages(id, deleted);
    if (!('failure' in restored)) await reread();
    return !('failure' in restored);
  };
  return { count: Object.keys(deleted.history.messages).length, undo };
}

export async function changeSettings(chat: Chat, settings: ChatSettings): Promise<boolean> {
  if (chat.id === null) return false;
  const outcome = await saveSettings(chat.id, settings);
  if ('failure' in outcome) return false;
  ({ system: chat.system, params: chat.params } = settings);
  return true;
}

/** The branch that is shown is the chat's own. @param models Those that the chat goes on with; none leaves them. */
export async function changeBranch({ id, messages }: Chat, models: string[]): Promise<boolean> {
  const leaf = messages.at(-1);
  if (id === null || leaf === undefined) return false;
  return !('failure' in (await moveToBranch(id, leaf.id, ...models)));
}

/** Changed by this page: other tabs look, and so does this one with its next look. */
export function tellChanged(chat: Chat): void {
  chat.version = null;
  if (chat.id !== null) chatNews.tell({ kind: 'changed', id: chat.id });
}
