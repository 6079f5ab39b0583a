import { readBranch } from '../../server-api/chats';
import type { Chat, FoundPlace } from './chat.svelte';
import type { OpenChats } from './open-chats';

/** Of 40 messages each: who goes on from there reads further up by hand. */
const MOST_PAGES = 50;

/** Shows what a search found in a chat: reads up to it, or its branch where it stands on another one. */
export async function showFound(
  chats: OpenChats,
  chat: Chat,
  found: FoundPlace,
  read: Promise<void>,
): Promise<void> {
  await read;
  if (chat.state !== 'ready' || chat.id === null) return;
  if (!(await readUpTo(chats, chat, found.message))) {
    const outcome = await readBranch(chat.id, { leaf: found.message });
    const branch = 'value' in outcome ? outcome.value?.branch : undefined;
    if (!branch) return;
    chats.show(chat, branch);
    if (!(await readUpTo(chats, chat, found.message))) return;
  }
  chat.found = { ...found };
}

async function readUpTo(chats: OpenChats, chat: Chat, message: string): Promise<boolean> {
  const isThere = () => chat.messages.some(({ id }) => id === message);
  for (let page = 0; !isThere() && chat.before !== null && page < MOST_PAGES; page++) {
    // The conversation may be reading on by itself.
    while (chat.loadingOlder === 'yes') await new Promise(requestAnimationFrame);
    const put = await chats.older(chat);
    if (put === null && !isThere()) return false;
    put?.();
  }
  return isThere();
}
