import { adminAddress } from './admin-address.svelte';
import { storedChats, tabChats, type Chats } from './chats';
import { forgetDrafts, forgetOthersDrafts, writeDraft, writeDraftFiles } from './features/composer/drafts';
import { models } from './features/model-picker/models.svelte';
import { keepModels, keepStart, startBefore, type KeptStart } from './kept-start';
import { takeReturnPath, takeSignInError } from './return-path';
import { leave } from './server-api/access';
import { signOut } from './server-api/auth';
import { chatNews } from './server-api/chat-news';
import type { FileRef } from './server-api/chats';
import { whenRefused, type Failure } from './server-api/failure';
import { ownKey } from './server-api/own-key.svelte';
import { hearElsewhere } from './server-api/realtime';
import { fetchSiteConfig, type Account, type SiteConfig } from './server-api/site-config';
import { chosenLocale, nearestLocale, showLanguage } from './shared/language/language.svelte';
import { preferences } from './shared/preferences/preferences.svelte';
import { keepFor } from './shared/storage/kept-store';
import { claimTab, clearTab } from './shared/storage/tab-storage';
import { temporary } from './temporary.svelte';

export type Phase = 'loading' | 'unreachable' | 'gate' | 'signIn' | 'waiting' | 'chat';
const RECHECK_EVERY_MS = 5000;

/*
 * Past 300 lines, because which face the page shows follows from the same few fields, whoever changes them: split, the
 * order in which they change would stand in two files.
 */

/** Which of its faces the page shows, and the site's configuration behind that. */
class PageState {
  phase = $state<Phase>('loading');
  site = $state.raw<SiteConfig | null>(null);
  /** The own key was tried in place of a code and refused. */
  keyRefused = $state(false);
  /** The session ended while it was in use: the sign-in page says so. */
  sessionEnded = $state(false);
  /** Whose session that was; empty when the page does not know. */
  endedEmail = $state('');
  /** What a provider's sign-in came back with; empty when nothing is wrong. */
  signInError = $state('');
  /** The server, while what this browser kept is shown: `asking`: it has not answered yet; `silent`: it cannot be reached. */
  link = $state<'live' | 'asking' | 'silent'>('live');
  /** Whose chats are shown; null before the first entry. */
  chats = $state.raw<Chats | null>(null);
  #stored: Chats | null = null;
  #tab: Chats | null = null;
  /** The account whose chats are in memory. */
  #reader: string | null = null;
  #rechecked = 0;
  #revived = 0;

  constructor() {
    // Another tab locked this browser, or somebody else signed in there: nothing of the chats stays on any screen.
    chatNews.listen((news, own) => {
      if (own) return;
      if (news.kind === 'locked') void this.#forget();
      else if (news.kind === 'account') void this.recheck();
      else if (news.kind === 'signedIn') {
        if (this.#reader !== null && this.#reader !== news.userId) void this.#forget();
        else if (this.phase !== 'chat') void this.recheck();
      }
    });
    whenRefused((failure) => this.#refused(failure));
    $effect.root(() => {
      $effect(() => hearElsewhere(this.#hasNews));
    });
    // Out of the browser's cache the page hears no news of before: somebody else may be signed in.
    window.addEventListener('pageshow', (event) => {
      if (event.persisted && this.#reader !== null) void this.recheck();
    });
  }

  /** Somebody whom the site knows looks at something that other browsers may change. */
  get #hasNews(): boolean {
    if (!this.site?.realtime) return false;
    return this.phase === 'waiting' || (this.phase === 'chat' && this.site.access.granted);
  }

  /** Reads the configuration, then shows the gate, the sign-in or the chat. Safe to repeat. */
  async start(): Promise<void> {
    this.phase = 'loading';
    const asked = fetchSiteConfig();
    const kept = await startBefore(asked);
    if (kept !== null) this.#showKept(kept);
    const outcome = await asked;
    if ('failure' in outcome) {
      if (kept === null) this.phase = 'unreachable';
      else this.link = 'silent';
      return;
    }
    this.link = 'live';
    const { config } = outcome;
    await keepStart(config);
    this.site = config;
    document.title = config.name;
    const wanted = nearestLocale(config.default_locale);
    if (wanted !== null && chosenLocale() === null) await showLanguage(wanted);
    this.#show(config);
  }

  /** What comes from the server then decides who it is. */
  #showKept({ site, models: list }: KeptStart): void {
    this.link = 'asking';
    this.site = site;
    if (list !== null) models.show(list, site.defaultModel);
    this.#show(site);
  }

  /** The server was silent: asks again, and lets go on what waited for it. */
  async reconnect(): Promise<void> {
    if (this.link !== 'silent' || !(await this.recheck()) || this.phase !== 'chat') return;
    this.chats?.list.reload();
    this.chats?.conversations.tryAgain();
    await this.reloadModels();
  }

  /** Asks who this browser is now and shows what belongs to that. Returns whether the server answered. Safe to repeat. */
  async recheck(): Promise<boolean> {
    this.#rechecked = Date.now();
    const outcome = await fetchSiteConfig();
    if ('failure' in outcome) return false;
    this.link = 'live';
    await keepStart(outcome.config);
    this.site = outcome.config;
    this.#show(outcome.config);
    return true;
  }

  /** The sign-in page was successful. */
  async signedIn(): Promise<void> {
    if (!(await this.recheck())) this.phase = 'unreachable';
    else if (this.site?.user) chatNews.tell({ kind: 'signedIn', userId: this.site.user.id });
  }

  /** Where the server's word about this browser leads. */
  #show(config: SiteConfig): void {
    const { mode, granted, standing } = config.access;
    preferences.belongTo(config.user?.id ?? '');
    if (mode !== 'accounts') {
      const mayEnter = granted || (ownKey.value !== '' && !config.hideUserApiKey);
      if (!mayEnter) this.phase = 'gate';
      else if (this.phase !== 'chat') this.enter();
      return;
    }
    // A key left over from another mode would be sent in place of the session.
    if (ownKey.value !== '') ownKey.keep('');
    const { user } = config;
    // Kept in this tab: read before another reader's things are cleared away.
    const back = user && granted ? takeReturnPath() : null;
    if (user && !this.#claim(user)) return;
    if (user && granted) this.#arrive(user, back);
    else {
      document.title = config.name;
      this.signInError = takeSignInError() || this.signInError;
      this.phase = standing === 'pending' ? 'waiting' : 'signIn';
    }
  }

  /** This tab is the account's from now on: what is left of another one goes. False: the page begins anew for that. */
  #claim({ id }: Account): boolean {
    const wasOthers = claimTab(id);
    forgetOthersDrafts();
    const others = this.#reader !== null && this.#reader !== id;
    this.#reader = id;
    if (others) location.replace('/');
    else if (wasOthers) history.replaceState(null, '', '/');
    return !others;
  }

  /** An account comes in. @param back Where it wanted to go before it was asked to sign in elsewhere. */
  #arrive(account: Account, back: string | null): void {
    if (back !== null) {
      history.replaceState(null, '', back);
      // Coming back from a provider, nobody has told the other tabs yet.
      chatNews.tell({ kind: 'signedIn', userId: account.id });
    }
    this.sessionEnded = false;
    this.signInError = '';
    if (this.phase !== 'chat') this.enter();
  }

  /** The code was right. A key that was refused before goes, it would be sent in place of the site's own. */
  async enterByCode(): Promise<void> {
    if (this.keyRefused) ownKey.keep('');
    // Whether it is the administrator's code, only the server knows.
    await this.recheck();
    if (this.phase !== 'gate') return;
    this.#setGranted(true);
    this.enter();
  }

  /** To the chat; its models load beside it. */
  enter(): void {
    this.keyRefused = false;
    adminAddress.reread();
    this.#showChats(this.site?.access.granted ?? false);
    this.phase = 'chat';
    models.beginChat();
    void this.reloadModels();
  }

  /** Only whom the server knows has chats there; a key of one's own opens no store. */
  #showChats(granted: boolean): void {
    const accessLost =
      this.site?.access.mode === 'open'
        ? null
        : (unsent: string, draftKey: string | null, files: FileRef[] = []) => {
            if (unsent !== '') writeDraft(draftKey, unsent);
            if (files.length > 0) writeDraftFiles(draftKey, files);
            this.askForAccess();
          };
    if (!granted) this.chats = this.#tab ??= tabChats(accessLost);
    else if (this.#stored === null)
      this.chats = this.#stored = storedChats(accessLost, this.site?.features.enable_folders !== false);
    else {
      this.chats = this.#stored;
      this.#stored.stored?.reset();
      this.#stored.conversations.open(this.#stored.conversations.current?.id ?? null);
    }
  }

  async reloadModels(): Promise<void> {
    const failure = await models.load(this.site?.defaultModel ?? '');
    if (failure === null) void keepModels({ models: models.list, connections: models.connections });
    if (failure?.status === 401 && failure.connection === null) this.askForAccess();
  }

  /** The server wants a code: an own key that was in use has been refused, a pass has ended. Or a session has. */
  askForAccess(): void {
    if (this.site?.access.mode === 'accounts') this.#endSession();
    if (this.site?.access.mode !== 'code') return;
    this.keyRefused = ownKey.value !== '' && !this.site.access.granted;
    this.#setGranted(false);
    this.phase = 'gate';
  }

  /** A 401 or 403 of our own, from any call. */
  #refused({ status }: Failure): void {
    if (this.site?.access.mode !== 'accounts') return;
    if (status === 401) this.#endSession();
    // The account may be a pending one by now.
    else if (this.phase === 'chat' && Date.now() - this.#rechecked > RECHECK_EVERY_MS) void this.recheck();
  }

  /** Drafts and chats stay in this tab for the same reader; the screen shows none of them until then. */
  #endSession(): void {
    if (this.phase !== 'chat' && this.phase !== 'waiting') return;
    this.sessionEnded = true;
    this.endedEmail = this.site?.user?.email ?? '';
    this.phase = 'signIn';
    document.title = this.site?.name ?? '';
    // Another tab may have signed in again meanwhile; once, so that a server that contradicts itself makes no circle.
    if (Date.now() - this.#revived < RECHECK_EVERY_MS) return;
    this.#revived = Date.now();
    void this.recheck();
  }

  /** Enters with the reader's own key in place of a code. */
  useKey(key: string): void {
    ownKey.keep(key);
    this.enter();
  }

  /** The reader has another name or picture. */
  accountChanged(account: Pick<Account, 'name' | 'profile_image_url'>): void {
    if (this.site?.user) this.site = { ...this.site, user: { ...this.site.user, ...account } };
  }

  /** Drops this browser's pass, and with it its chats on the server; the own key, the tab's chats and drafts go too. */
  async lock(): Promise<void> {
    if (!(await leave())) {
      this.phase = 'unreachable';
      return;
    }
    ownKey.keep('');
    chatNews.tell({ kind: 'locked' });
    await this.#forget();
  }

  /** Ends this browser's session; its drafts go too, the chats stay on the server. Returns the failure, when it failed. */
  async signOut(): Promise<Failure | null> {
    const outcome = await signOut();
    // A session that is over already has nothing left to end.
    if ('failure' in outcome && outcome.failure.status !== 401) return outcome.failure;
    chatNews.tell({ kind: 'locked' });
    await this.#forget('value' in outcome ? outcome.value.redirect_url : null);
    return null;
  }

  /**
   * Nothing that was in memory stays: the page begins anew, at the gate.
   * @param elsewhere Where the provider ends its own session first.
   */
  async #forget(elsewhere?: string | null): Promise<void> {
    this.#stored?.conversations.forgetAll();
    this.#tab?.conversations.forgetAll();
    temporary.forget();
    forgetDrafts();
    clearTab();
    await keepFor(null);
    location.replace(elsewhere && /^https?:\/\//i.test(elsewhere) ? elsewhere : '/');
  }

  #setGranted(granted: boolean): void {
    if (this.site) this.site = { ...this.site, access: { ...this.site.access, granted } };
  }
}

export const page = new PageState();
