import { SvelteSet } from 'svelte/reactivity';
import { chatNews, type ChatNews } from '../../server-api/chat-news';
import {
  deleteChat,
  listChats,
  listFolders,
  listPinned,
  renameChat,
  restoreChat,
  toggleArchive,
  togglePin,
  type ChatEntry,
  type Outcome,
} from '../../server-api/chats';
import type { Failure } from '../../server-api/failure';
import { onWake } from '../../server-api/wake';
import { t } from '../../shared/language/language.svelte';
import { toasts } from '../../shared/toasts/toasts.svelte';
import { groupByDate } from './date-groups';
import { groupLabel } from './group-label';
import type { Desk, ListGroup, ListSource } from './list-source';
import { KeptList } from './kept-list';
import { isWhole, withEntry, withFirstPage, withPage } from './merge-entries';

const REFRESH_EVERY_MS = 10_000;

/** The reader's chats on the server: pinned ones, then the others by date. Changes show at once and roll back with a word. */
export class ChatList implements ListSource {
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  more = $state<'no' | 'yes' | 'loading' | 'failed'>('no');
  archiveOpen = $state(false);
  /** Folders, tags, selection and search, once somebody needs them. */
  desk = $state.raw<Desk | null>(null);
  /** There are folders, but nobody has fetched what draws them. */
  hasFolders = $state(false);
  #entries = $state.raw<ChatEntry[]>([]);
  #pinned = $state.raw<ChatEntry[]>([]);
  #now = $state.raw(new Date());
  readonly #running = new SvelteSet<string>();
  readonly #accessLost: (failure: Failure) => void;
  #next: string | null = null;
  #loaded = 0;
  #foldersKnown = false;
  readonly #kept = new KeptList();
  #shownKept = Promise.resolve();
  /** Taken out here; the server's answer to an earlier question may still list them. */
  readonly #gone = new Set<string>();
  readonly groups: ListGroup<ChatEntry>[] = $derived.by(() => {
    const dated = groupByDate(this.#entries, this.#now).map(({ key, entries }) => ({
      key: key as string,
      label: groupLabel(key, this.#now),
      chats: entries,
    }));
    const pinned = { key: 'pinned', label: t.chats_pinned(), chats: this.#pinned };
    return [...(this.#pinned.length ? [pinned] : []), ...(this.desk?.groups ?? []), ...dated];
  });
  readonly keeping = {
    rename: (id: string, title: string) => void this.#rename(id, title),
    togglePin: (id: string) => void this.#togglePin(id),
    archive: (id: string) => void this.#archive(id),
    showArchived: () => void (this.archiveOpen = true),
  };

  /**
   * @param accessLost Told of a failure that may mean that the server wants an access code.
   * @param withFolders The site has folders.
   */
  constructor(
    accessLost: (failure: Failure) => void,
    readonly withFolders = true,
  ) {
    this.#accessLost = accessLost;
    chatNews.listen((news) => this.#hear(news));
    onWake(() => {
      if (Date.now() - this.#loaded > REFRESH_EVERY_MS) void this.#load();
    });
    this.#shownKept = this.#showKept();
    this.reload();
  }

  reload(): void {
    if (this.state === 'failed') this.state = 'loading';
    void this.#load();
  }

  isRunning(id: string): boolean {
    return this.#running.has(id);
  }

  loadMore(): void {
    if (this.#next !== null && (this.more === 'yes' || this.more === 'failed'))
      void this.#loadMore(this.#next);
  }

  /** Forgets what is shown and reads anew: somebody else may have come. */
  reset(): void {
    this.#entries = [];
    this.#pinned = [];
    this.desk = null;
    this.hasFolders = this.#foldersKnown = false;
    this.#running.clear();
    this.state = 'loading';
    void this.#load();
  }

  /** Deletes at once; the toast's undo brings the chat back from the server. */
  remove(id: string): void {
    void this.#remove(id);
  }

  async #load(): Promise<void> {
    this.#loaded = Date.now();
    this.#now = new Date();
    const folders = this.#foldersKnown || this.desk || !this.withFolders ? null : listFolders();
    void this.desk?.reload();
    const [page, pinned] = await Promise.all([listChats(), listPinned(), this.#shownKept]);
    const failure = 'failure' in page ? page.failure : 'failure' in pinned ? pinned.failure : null;
    if (failure !== null) {
      this.#accessLost(failure);
      // What is shown already stays: a network that is gone for a moment takes nothing away.
      if (this.state === 'loading') this.state = 'failed';
    }
    if (!('value' in page) || !('value' in pinned)) return;
    const { next } = page.value;
    const before = this.#entries.length;
    this.#entries = withFirstPage(this.#entries, this.#present(page.value.chats), next === null);
    // Pages that were read before are still there: their cursor goes on where they end.
    if (this.state !== 'ready' || next === null || before <= page.value.chats.length) {
      this.#next = next;
      this.more = next === null ? 'no' : 'yes';
    }
    this.#pinned = this.#present(pinned.value);
    this.state = 'ready';
    this.#keep();
    const found = await folders;
    this.#foldersKnown ||= found !== null && 'value' in found;
    if (found && 'value' in found && found.value.length > 0) this.hasFolders = true;
  }

  /** The first page as it is now, for the next visit. */
  #keep(): void {
    this.#kept.write({ chats: this.#entries, next: this.#next, pinned: this.#pinned });
  }

  /** What this browser has of the list, until the server has answered. */
  async #showKept(): Promise<void> {
    const kept = await this.#kept.read();
    if (kept === null || this.state !== 'loading') return;
    this.#entries = this.#present(kept.chats);
    this.#pinned = this.#present(kept.pinned);
    this.#next = kept.next;
    this.more = kept.next === null ? 'no' : 'yes';
    this.state = 'ready';
  }

  async #loadMore(cursor: string): Promise<void> {
    this.more = 'loading';
    const page = await listChats(cursor);
    if ('failure' in page) {
      this.more = 'failed';
      return;
    }
    this.#entries = withPage(this.#entries, this.#present(page.value.chats));
    this.#next = page.value.next;
    this.more = this.#next === null ? 'no' : 'yes';
  }

  async #rename(id: string, title: string): Promise<void> {
    const old = this.find(id);
    if (old === null || title === '' || title === old.title) return;
    chatNews.tell({ kind: 'entry', entry: { id, title } });
    if (await this.#failed(renameChat(id, title), t.chats_rename_failed())) {
      chatNews.tell({ kind: 'entry', entry: { id, title: old.title } });
    }
  }

  async #togglePin(id: string): Promise<void> {
    const old = this.find(id);
    if (old === null) return;
    chatNews.tell({ kind: 'entry', entry: { ...old, pinned: !old.pinned } });
    const failed = await this.#failed(
      togglePin(id),
      old.pinned ? t.chats_unpin_failed() : t.chats_pin_failed(),
    );
    if (failed) chatNews.tell({ kind: 'entry', entry: old });
  }

  async #archive(id: string): Promise<void> {
    const old = this.find(id);
    if (old === null) return;
    chatNews.tell({ kind: 'entry', entry: { ...old, archived: true } });
    if (await this.#failed(toggleArchive(id), t.chats_archive_failed())) {
      chatNews.tell({ kind: 'entry', entry: old });
      return;
    }
    toasts.show(t.chats_archived({ title: shown(old.title) }), {
      label: t.undo(),
      run: () => void this.unarchive({ ...old, archived: true }),
    });
  }

  /** Brings an archived chat back into the list; returns whether that worked. */
  async unarchive(entry: ChatEntry): Promise<boolean> {
    chatNews.tell({ kind: 'entry', entry: { ...entry, archived: false } });
    if (!(await this.#failed(toggleArchive(entry.id), t.chats_unarchive_failed()))) return true;
    chatNews.tell({ kind: 'entry', entry });
    return false;
  }

  /** As unarchive, for a chat that is open and in no list. */
  async bringBack(id: string): Promise<void> {
    const outcome = await toggleArchive(id);
    if ('failure' in outcome) toasts.show(t.chats_unarchive_failed());
    else chatNews.tell({ kind: 'entry', entry: outcome.value });
  }

  async #remove(id: string): Promise<void> {
    const old = this.find(id);
    if (old !== null) await this.removeEntry(old);
  }

  async removeEntry(old: ChatEntry): Promise<void> {
    chatNews.tell({ kind: 'removed', id: old.id });
    const deleting = this.#failed(deleteChat(old.id), t.chats_delete_failed());
    toasts.show(t.chats_deleted({ title: shown(old.title) }), {
      label: t.undo(),
      run: () => void deleting.then((failed) => (failed ? undefined : this.#restore(old))),
    });
    if (await deleting) chatNews.tell({ kind: 'restored', entry: old });
  }

  async #restore(old: ChatEntry): Promise<void> {
    const outcome = await restoreChat(old.id);
    if ('failure' in outcome) toasts.show(t.chats_restore_failed());
    else chatNews.tell({ kind: 'restored', entry: { ...old, ...outcome.value } });
  }

  /** Says so when it failed. */
  async #failed(asked: Promise<Outcome<unknown>>, complaint: string): Promise<boolean> {
    const outcome = await asked;
    if (!('failure' in outcome)) return false;
    this.#accessLost(outcome.failure);
    toasts.show(complaint);
    return true;
  }

  #hear(news: ChatNews): void {
    queueMicrotask(() => {
      if (this.state === 'ready' && ['entry', 'restored', 'removed'].includes(news.kind)) this.#keep();
    });
    if (news.kind === 'entry') {
      const old = this.find(news.entry.id);
      if (old !== null || isWhole(news.entry)) this.#put({ ...old, ...news.entry } as ChatEntry);
      // A chat from further down than the list has been read.
      else if (news.entry.updated_at !== undefined) void this.#load();
    } else if (news.kind === 'restored') {
      this.#gone.delete(news.entry.id);
      this.#put(news.entry);
    } else if (news.kind === 'removed') {
      this.#gone.add(news.id);
      this.#running.delete(news.id);
      this.#entries = this.#entries.filter(({ id }) => id !== news.id);
      this.#pinned = this.#pinned.filter(({ id }) => id !== news.id);
      this.desk?.remove(news.id);
    } else if (news.kind === 'missed') void this.#load();
    else if (news.kind === 'running') {
      if (news.running) this.#running.add(news.id);
      else this.#running.delete(news.id);
    }
  }

  /** Where its own fields say: pinned, in a folder, in the list, or (archived) nowhere. */
  #put(entry: ChatEntry): void {
    const without = (entries: ChatEntry[]) => entries.filter(({ id }) => id !== entry.id);
    const listed = !entry.archived;
    const inFolder = listed && !entry.pinned && !!entry.folder_id && this.withFolders;
    if (inFolder && !this.desk) this.hasFolders = true;
    if (inFolder) this.desk?.put(entry);
    else this.desk?.remove(entry.id);
    this.#pinned = listed && entry.pinned ? withEntry(this.#pinned, entry) : without(this.#pinned);
    this.#entries =
      listed && !entry.pinned && !inFolder ? withEntry(this.#entries, entry) : without(this.#entries);
    this.#now = new Date();
  }

  find(id: string): ChatEntry | null {
    const isIt = (entry: ChatEntry) => entry.id === id;
    return this.#pinned.find(isIt) ?? this.#entries.find(isIt) ?? this.desk?.find(id) ?? null;
  }

  #present(entries: ChatEntry[]): ChatEntry[] {
    return entries.filter(({ id }) => !this.#gone.has(id));
  }
}

function shown(title: string): string {
  return title || t.chat_untitled();
}
