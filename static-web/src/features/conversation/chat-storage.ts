import { CUT } from '../../server-api/completions';
import { unreachable } from '../../server-api/failure';
import { readTabValue, writeTabValue } from '../../shared/storage/tab-storage';
import { Chat, Message, type SavedChat, type SavedMessage } from './chat.svelte';

/** The tab's chats after a reload. An answer that was still being written is marked as cut, its text kept. */
export function readChats(key: string): Chat[] {
  const saved = readTabValue<SavedChat[]>(key) ?? [];
  return saved.map(({ id, system, params, messages }) => {
    const chat = new Chat(
      id,
      messages.map(asCut).map((message) => new Message(message)),
    );
    chat.system = system ?? '';
    chat.params = params ?? {};
    return chat;
  });
}

function asCut(message: SavedMessage): SavedMessage {
  if (message.state !== 'streaming') return message;
  return { ...message, state: 'failed', failure: { ...unreachable, type: CUT } };
}

/** Keeps the chats over a reload; when the browser's room is used up, the oldest are not kept. */
export function writeChats(key: string, chats: Chat[]): void {
  let saved: SavedChat[] = chats.map((chat) => ({
    id: chat.key,
    system: chat.system,
    params: chat.params,
    messages: chat.messages.map((message) => message.toSaved()),
  }));
  while (!writeTabValue(key, saved) && saved.length > 0) saved = saved.slice(0, -1);
}
