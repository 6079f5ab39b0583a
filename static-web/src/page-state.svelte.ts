import { storedChats, tabChats, type Chats } from './chats';
import { writeDraft } from './features/composer/drafts';
import { leave } from './server-api/access';
import { chatNews } from './server-api/chat-news';
import { ownKey } from './server-api/own-key.svelte';
import { fetchSiteConfig, type SiteConfig } from './server-api/site-config';
import { models } from './features/model-picker/models.svelte';
import { chosenLocale, nearestLocale, showLanguage } from './shared/language/language.svelte';
import { clearTab } from './shared/storage/tab-storage';

/** Which of its faces the page shows, and the site's configuration behind that. */
class PageState {
  phase = $state<'loading' | 'unreachable' | 'gate' | 'chat'>('loading');
  site = $state.raw<SiteConfig | null>(null);
  /** The own key was tried in place of a code and refused. */
  keyRefused = $state(false);
  /** Whose chats are shown; null before the first entry. */
  chats = $state.raw<Chats | null>(null);
  #stored: Chats | null = null;
  #tab: Chats | null = null;

  constructor() {
    // Another tab locked this browser: nothing of its chats stays on any screen.
    chatNews.listen((news, own) => {
      if (news.kind === 'locked' && !own) this.#forget();
    });
  }

  /** Reads the configuration, then shows the gate or the chat. Safe to repeat. */
  async start(): Promise<void> {
    this.phase = 'loading';
    const outcome = await fetchSiteConfig();
    if ('failure' in outcome) {
      this.phase = 'unreachable';
      return;
    }
    const { config } = outcome;
    this.site = config;
    document.title = config.name;
    const wanted = nearestLocale(config.default_locale);
    if (wanted !== null && chosenLocale() === null) await showLanguage(wanted);
    const mayEnter = config.access.granted || (ownKey.value !== '' && !config.hideUserApiKey);
    if (mayEnter) this.enter();
    else this.phase = 'gate';
  }

  /** The code was right. A key that was refused before goes, it would be sent in place of the site's own. */
  enterByCode(): void {
    if (this.keyRefused) ownKey.keep('');
    this.#setGranted(true);
    this.enter();
  }

  /** To the chat; its models load beside it. */
  enter(): void {
    this.keyRefused = false;
    this.#showChats(this.site?.access.granted ?? false);
    this.phase = 'chat';
    void this.reloadModels();
  }

  /** Only whom the server knows has chats there; a key of one's own opens no store. */
  #showChats(granted: boolean): void {
    const accessLost =
      this.site?.access.mode === 'code'
        ? (unsent: string, draftKey: string | null) => {
            if (unsent !== '') writeDraft(draftKey, unsent);
            this.askForAccess();
          }
        : null;
    if (!granted) this.chats = this.#tab ??= tabChats(accessLost);
    else if (this.#stored === null) this.chats = this.#stored = storedChats(accessLost);
    else {
      this.chats = this.#stored;
      this.#stored.stored?.reset();
      this.#stored.conversations.open(this.#stored.conversations.current?.id ?? null);
    }
  }

  async reloadModels(): Promise<void> {
    const failure = await models.load(this.site?.defaultModel ?? '');
    if (failure?.status === 401 && failure.connection === null) this.askForAccess();
  }

  /** The server wants a code: an own key that was in use has been refused, a pass has ended. */
  askForAccess(): void {
    if (this.site?.access.mode !== 'code') return;
    this.keyRefused = ownKey.value !== '' && !this.site.access.granted;
    this.#setGranted(false);
    this.phase = 'gate';
  }

  /** Enters with the reader's own key in place of a code. */
  useKey(key: string): void {
    ownKey.keep(key);
    this.enter();
  }

  /** Drops this browser's pass, and with it its chats on the server; the own key, the tab's chats and drafts go too. */
  async lock(): Promise<void> {
    if (!(await leave())) {
      this.phase = 'unreachable';
      return;
    }
    ownKey.keep('');
    chatNews.tell({ kind: 'locked' });
    this.#forget();
  }

  /** Nothing that was in memory stays: the page begins anew, at the gate. */
  #forget(): void {
    this.#stored?.conversations.forgetAll();
    this.#tab?.conversations.forgetAll();
    clearTab();
    location.replace('/');
  }

  #setGranted(granted: boolean): void {
    if (this.site) this.site = { ...this.site, access: { ...this.site.access, granted } };
  }
}

export const page = new PageState();
