import { leave } from './server-api/access';
import { ownKey } from './server-api/own-key.svelte';
import { fetchSiteConfig, type SiteConfig } from './server-api/site-config';
import { conversations } from './features/conversation/conversations.svelte';
import { models } from './features/model-picker/models.svelte';
import { chosenLocale, nearestLocale, showLanguage } from './shared/language/language.svelte';
import { clearTab } from './shared/storage/tab-storage';

/** Which of its faces the page shows, and the site's configuration behind that. */
class PageState {
  phase = $state<'loading' | 'unreachable' | 'gate' | 'chat'>('loading');
  site = $state.raw<SiteConfig | null>(null);
  /** The own key was tried in place of a code and refused. */
  keyRefused = $state(false);

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
    this.phase = 'chat';
    void this.reloadModels();
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

  /** Drops this browser's pass, the own key and this tab's chats and drafts, and shows the gate. */
  async lock(): Promise<void> {
    if (!(await leave())) {
      this.phase = 'unreachable';
      return;
    }
    ownKey.keep('');
    conversations.forgetAll();
    clearTab();
    this.keyRefused = false;
    this.#setGranted(false);
    this.phase = 'gate';
  }

  #setGranted(granted: boolean): void {
    if (this.site) this.site = { ...this.site, access: { ...this.site.access, granted } };
  }
}

export const page = new PageState();
