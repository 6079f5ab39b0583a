import type { Component, ComponentProps } from 'svelte';
import type Conversation from './features/conversation/Conversation.svelte';
import { idle } from './idle';
import { untilFetched } from './server-api/until-fetched';

type OpenChats = typeof import('./open-chats');
export type ConversationView = Component<ComponentProps<typeof Conversation>>;

let view = $state.raw<ConversationView | null>(null);
let wanted = $state(false);
let loading: Promise<OpenChats> | null = null;
let hurry = (): void => {};

/** The view of an open chat, once its code is there. */
export const openChats = {
  get view(): ConversationView | null {
    return view;
  },
  /** A chat is to be shown, and its code is on its way. */
  get awaited(): boolean {
    return wanted && view === null;
  },
};

/**
 * Fetches the code of open chats. Safe to repeat; without a network it goes on when that is back.
 * @param now A chat is to be shown. Otherwise what the start draws comes first.
 */
export function loadOpenChats(now: boolean): Promise<OpenChats> {
  if (now) {
    wanted = true;
    hurry();
  }
  loading ??= fetchCode(now);
  return loading;
}

async function fetchCode(now: boolean): Promise<OpenChats> {
  if (!now) await Promise.race([idle(), new Promise<void>((resolve) => (hurry = resolve))]);
  const code = await untilFetched(async () => {
    const fetched = await import('./open-chats');
    await fetched.ready();
    return fetched;
  });
  view = code.Conversation;
  return code;
}
