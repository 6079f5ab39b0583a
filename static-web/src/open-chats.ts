/*
 * What an open chat takes and an empty one does without: one chunk, fetched when the page stands (chats.ts).
 */
import type { Surroundings } from './features/conversation/conversations';
import { StoredConversations } from './features/conversation/stored-conversations.svelte';
import { TabConversations } from './features/conversation/tab-conversations.svelte';
import { chatInAddress } from './address';
import { adminInAddress } from './admin-address.svelte';

export { default as Conversation } from './features/conversation/Conversation.svelte';
export { ready } from './features/conversation/turn-text';

/** The chats that the server keeps; the one in the address is opened. */
export function openStored(around: Surroundings): StoredConversations {
  const conversations = new StoredConversations(around);
  const id = chatInAddress();
  if (id !== null) conversations.open(id);
  conversations.resume();
  window.addEventListener('popstate', () => {
    if (adminInAddress() === null) conversations.open(chatInAddress());
  });
  return conversations;
}

/** @param key Under which the tab keeps them over a reload. */
export const openTab = (around: Surroundings, key?: string) => new TabConversations(around, key);
