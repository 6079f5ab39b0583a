import { ChatList } from './features/chat-list/chat-list.svelte';
import type { ListSource } from './features/chat-list/list-source';
import { moveDraft } from './features/composer/drafts';
import type { Conversations, Surroundings } from './features/conversation/conversations';
import { StoredConversations } from './features/conversation/stored-conversations.svelte';
import { isAccessLost, TabConversations } from './features/conversation/tab-conversations.svelte';
import { chatInAddress, writeAddress } from './address';
import { toasts } from './shared/toasts/toasts.svelte';

/** The chats that the page shows: the server's, or this tab's own. */
export interface Chats {
  readonly conversations: Conversations;
  readonly list: ListSource;
  /** The list with its archive; null when the tab keeps the chats. */
  readonly stored: ChatList | null;
}

/**
 * The chats that the server keeps.
 * @param accessLost The server wants an access code; takes what was not sent. Null where there is no gate.
 */
export function storedChats(accessLost: Surroundings['accessLost']): Chats {
  const conversations = new StoredConversations({
    accessLost,
    moved: writeAddress,
    renamed: moveDraft,
    complain: (text) => toasts.show(text),
  });
  const list = new ChatList((failure) => {
    if (isAccessLost(failure)) accessLost?.('', conversations.draftKey);
  });
  const id = chatInAddress();
  if (id !== null) conversations.open(id);
  conversations.resume();
  window.addEventListener('popstate', () => conversations.open(chatInAddress()));
  return { conversations, list, stored: list };
}

/** The chats of this tab, for a reader with nothing but a key of their own. */
export function tabChats(accessLost: Surroundings['accessLost']): Chats {
  const conversations = new TabConversations({
    accessLost,
    moved: () => {},
    renamed: moveDraft,
    complain: (text) => toasts.show(text),
  });
  const list: ListSource = {
    state: 'ready',
    more: 'no',
    keeping: null,
    get groups() {
      if (conversations.chats.length === 0) return [];
      const chats = conversations.chats.map((chat) => ({
        id: chat.key,
        title: chat.title,
        running: chat.streaming,
        pinned: false,
      }));
      return [{ key: 'tab', label: '', chats }];
    },
    remove: (id) => conversations.delete(id),
    loadMore: () => {},
    reload: () => {},
  };
  return { conversations, list, stored: null };
}
