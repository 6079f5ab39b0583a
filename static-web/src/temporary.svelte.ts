import { moveDraft } from './features/composer/drafts';
import type { TabConversations } from './features/conversation/tab-conversations.svelte';
import { loadOpenChats } from './open-chats-loader.svelte';
import { chatTexts, t } from './shared/language/chat-texts';
import { toasts } from './shared/toasts/toasts.svelte';

const KEY = 'temporary';
const ADDRESS = `/?${KEY}=true`;

/** A chat of this tab alone, beside the ones that the server keeps. */
class Temporary {
  /** Wanted; its code may still be on the way. */
  on = $state(new URLSearchParams(location.search).get(KEY) === 'true');
  #chats = $state.raw<TabConversations | null>(null);

  constructor() {
    // A reload of it: it is still there.
    if (this.on) void this.#open(false);
  }

  /** Null while it is not shown. */
  get conversations(): TabConversations | null {
    return this.on ? this.#chats : null;
  }

  /** A new one. */
  begin(): void {
    this.#show();
    void this.#open(true);
  }

  /** Whoever leaves what was said in it may come back for a while. */
  leave(): void {
    const left = this.conversations;
    this.end();
    left?.stop();
    if (left?.current == null) return;
    void chatTexts.ready().then(() => {
      toasts.show(t.temporary_left(), { label: t.temporary_back(), run: () => this.#show() });
    });
  }

  /** The chats that the server keeps are shown again. */
  end(): void {
    this.on = false;
    if (new URLSearchParams(location.search).has(KEY)) history.replaceState(null, '', location.pathname);
  }

  /** Whoever sits down next reads none of it. */
  forget(): void {
    this.#chats?.forgetAll();
  }

  #show(): void {
    this.on = true;
    history.replaceState(null, '', ADDRESS);
  }

  async #open(anew: boolean): Promise<void> {
    const { openTab } = await loadOpenChats(true);
    const complain = (text: string) => toasts.show(text);
    this.#chats ??= openTab({ accessLost: null, moved: () => {}, renamed: moveDraft, complain }, KEY);
    if (anew) this.#chats.forgetAll();
  }
}

export const temporary = new Temporary();
