import { ChatList } from './features/chat-list/chat-list.svelte';
import type { ListSource } from './features/chat-list/list-source';
import { moveDraft } from './features/composer/drafts';
import type { Conversations, Surroundings } from './features/conversation/conversations';
import type { TabConversations } from './features/conversation/tab-conversations.svelte';
import { chatInAddress, writeAddress } from './address';
import { loadOpenChats } from './open-chats-loader.svelte';
import { isAccessLost } from './server-api/failure';
import { toasts } from './shared/toasts/toasts.svelte';
import { StandIn } from './stand-in.svelte';

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
 * @param withFolders The site has folders.
 */
export function storedChats(accessLost: Surroundings['accessLost'], withFolders: boolean): Chats {
  const id = chatInAddress();
  const later = new StandIn<Conversations>(
    { stored: true, current: null, draftKey: id, settings: NO_SETTINGS },
    () => wantOpenChats(),
  );
  void loadOpenChats(id !== null).then(({ openStored }) =>
    later.arrive(openStored({ accessLost, moved: writeAddress, renamed: moveDraft, complain })),
  );
  const conversations = later.it;
  const list = new ChatList((failure) => {
    if (isAccessLost(failure)) accessLost?.('', conversations.draftKey);
  }, withFolders);
  return { conversations, list, stored: list };
}

/** The chats of this tab, for a reader with nothing but a key of their own. */
export function tabChats(accessLost: Surroundings['accessLost']): Chats {
  const later = new StandIn<TabConversations>(
    {
      stored: false,
      chats: [],
      current: null,
      currentId: null,
      draftKey: null,
      settings: NO_SETTINGS,
    },
    () => wantOpenChats(),
  );
  void loadOpenChats(false).then(({ openTab }) =>
    later.arrive(openTab({ accessLost, moved: () => {}, renamed: moveDraft, complain })),
  );
  const conversations = later.it;
  const list: ListSource = {
    state: 'ready',
    more: 'no',
    desk: null,
    keeping: null,
    isRunning: (id) => conversations.chats.some((chat) => chat.key === id && chat.streaming),
    get groups() {
      if (conversations.chats.length === 0) return [];
      const chats = conversations.chats.map((chat) => ({
        id: chat.key,
        title: chat.title,
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

const NO_SETTINGS = { system: '', params: {} };
const complain = (text: string) => toasts.show(text);
const wantOpenChats = () => void loadOpenChats(true);
