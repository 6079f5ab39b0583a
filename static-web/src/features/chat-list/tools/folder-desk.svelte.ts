import { SvelteSet } from 'svelte/reactivity';
import { chatNews } from '../../../server-api/chat-news';
import {
  deleteChat,
  listFolders,
  restoreChat,
  toggleArchive,
  type ChatEntry,
  type FolderEntry,
} from '../../../server-api/chats';
import * as api from '../../../server-api/folders';
import { toasts } from '../../../shared/toasts/toasts.svelte';
import type { ChatList } from '../chat-list.svelte';
import type { Desk, ListGroup } from '../list-source';
import { withEntry } from '../merge-entries';
import { dragOf, startDrag } from './drag';
import FolderRow from './FolderRow.svelte';
import { rowsOfTree, within } from './folder-tree';
import { runAll, sayHow, showAll } from './many-chats';
import { t } from './tools-text';

/** Folders with their chats, and what is done to several chats together. */
export class FolderDesk implements Desk {
  folders = $state.raw<FolderEntry[]>([]);
  tags = $state.raw<api.Tag[]>([]);
  selecting = $state(false);
  readonly FolderRow = FolderRow;
  /** Of folders that were opened. */
  #chats = $state.raw<Record<string, ChatEntry[]>>({});
  readonly #selected = new SvelteSet<string>();
  readonly #list: ChatList;
  /** Where a range begins. */
  #anchor: string | null = null;
  readonly groups: ListGroup<ChatEntry>[] = $derived(rowsOfTree(this.folders, this.#chats));

  constructor(list: ChatList) {
    this.#list = list;
    chatNews.listen((news) => {
      if (news.kind === 'removed') this.#selected.delete(news.id);
    });
  }

  async reload(): Promise<void> {
    if (!this.withFolders) return;
    const found = await listFolders();
    if (!('value' in found)) return;
    this.folders = found.value;
    const open = found.value.filter((folder) => folder.is_expanded).map(({ id }) => id);
    this.#chats = Object.fromEntries(Object.entries(this.#chats).filter(([id]) => open.includes(id)));
    await Promise.all(open.map((id) => this.#loadChats(id)));
  }

  get withFolders(): boolean {
    return this.#list.withFolders;
  }

  isLoaded(id: string): boolean {
    return this.#chats[id] !== undefined;
  }

  isEmpty(id: string): boolean {
    return this.#chats[id]?.length === 0 && !this.folders.some(({ parent_id }) => parent_id === id);
  }

  nameOf(id: string | null): string {
    return this.folders.find((folder) => folder.id === id)?.name ?? t.move_no_folder();
  }

  toggle(id: string, open?: boolean): void {
    const folder = this.folders.find((each) => each.id === id);
    if (!folder || folder.is_expanded === open) return;
    const is_expanded = !folder.is_expanded;
    this.folders = this.folders.map((each) => (each.id === id ? { ...each, is_expanded } : each));
    if (is_expanded) void this.#loadChats(id);
    void api.expandFolder(id, is_expanded);
  }

  async #loadChats(id: string): Promise<void> {
    const found = await api.listFolderChats(id);
    if ('value' in found) this.#chats = { ...this.#chats, [id]: found.value };
  }

  find(id: string): ChatEntry | null {
    return (
      Object.values(this.#chats)
        .flat()
        .find((entry) => entry.id === id) ?? null
    );
  }

  put(entry: ChatEntry): void {
    const folder = entry.folder_id ?? '';
    this.remove(entry.id);
    const known = this.#chats[folder];
    if (known) this.#chats = { ...this.#chats, [folder]: withEntry(known, entry) };
    if (!this.folders.some(({ id }) => id === folder)) void this.reload();
  }

  remove(id: string): void {
    for (const [folder, chats] of Object.entries(this.#chats)) {
      const rest = chats.filter((entry) => entry.id !== id);
      if (rest.length < chats.length) this.#chats = { ...this.#chats, [folder]: rest };
    }
  }

  /** Returns why not, in words of the server; null when it is done. */
  async saveFolder(
    id: string | null,
    parent: string | null,
    name: string,
    prompt: string,
  ): Promise<string | null> {
    const data = { system_prompt: prompt };
    const saved =
      id === null
        ? await api.createFolder({ name, parent_id: parent, ...(prompt === '' ? {} : { data }) })
        : await api.updateFolder(id, { name, data });
    if ('failure' in saved) return saved.failure.message || t.folder_failed();
    await this.reload();
    if (parent !== null) this.toggle(parent, true);
    return null;
  }

  async deleteFolder(id: string, chats: boolean): Promise<void> {
    const name = this.nameOf(id);
    const gone = within(this.folders, id);
    this.folders = this.folders.filter((folder) => !gone.includes(folder.id));
    const outcome = await api.deleteFolder(id, chats);
    toasts.show('failure' in outcome ? t.folder_delete_failed() : t.folder_deleted({ name }));
    this.#list.reload();
  }

  async moveFolder(id: string, parent: string | null): Promise<void> {
    const moved = await api.moveFolder(id, parent);
    if ('failure' in moved) toasts.show(moved.failure.message || t.folder_failed());
    await this.reload();
    if (parent !== null) this.toggle(parent, true);
  }

  isSelected(id: string): boolean {
    return this.#selected.has(id);
  }

  get selected(): string[] {
    return [...this.#selected];
  }

  select(id: string, range: boolean): void {
    const ids = this.#list.groups.flatMap(({ chats }) => chats.map((chat) => chat.id));
    const from = this.#anchor === null ? -1 : ids.indexOf(this.#anchor);
    const to = ids.indexOf(id);
    if (range && from >= 0 && to >= 0) {
      for (const each of ids.slice(Math.min(from, to), Math.max(from, to) + 1)) this.#selected.add(each);
    } else if (!this.#selected.delete(id)) this.#selected.add(id);
    this.#anchor = id;
    this.selecting = true;
  }

  beginSelecting(): void {
    this.selecting = true;
    this.#anchor = null;
  }

  endSelecting(): void {
    this.selecting = false;
    this.#selected.clear();
  }

  async move(ids: string[], folder: string | null): Promise<void> {
    const before = this.#entries(ids).filter((entry) => (entry.folder_id ?? null) !== folder);
    const moveAll = (to: (entry: ChatEntry) => string | null) =>
      showAll(
        before,
        (entry) => api.fileChat(entry.id, to(entry)),
        (entry) => ({ ...entry, folder_id: to(entry) }),
      );
    this.endSelecting();
    if (before.length === 0) return;
    const failed = await moveAll(() => folder);
    sayHow(
      failed,
      t.move_failed,
      () => t.moved({ count: before.length, folder: this.nameOf(folder) }),
      () => moveAll((entry) => entry.folder_id ?? null),
    );
  }

  async archive(ids: string[]): Promise<void> {
    const before = this.#entries(ids).filter((entry) => !entry.archived);
    this.endSelecting();
    const failed = await showAll(
      before,
      (entry) => toggleArchive(entry.id),
      (entry) => ({ ...entry, archived: true }),
    );
    sayHow(
      failed,
      t.archive_some_failed,
      () => t.archived_some({ count: before.length }),
      () =>
        showAll(
          before,
          (entry) => toggleArchive(entry.id),
          (entry) => entry,
        ),
    );
  }

  async delete(ids: string[]): Promise<void> {
    const before = this.#entries(ids);
    this.endSelecting();
    for (const { id } of before) chatNews.tell({ kind: 'removed', id });
    const failed = await runAll(before, async (entry) => {
      const outcome = await deleteChat(entry.id);
      if ('failure' in outcome) chatNews.tell({ kind: 'restored', entry });
      return outcome;
    });
    sayHow(
      failed,
      t.delete_some_failed,
      () => t.deleted_some({ count: before.length }),
      () =>
        runAll(before, async (entry) => {
          const outcome = await restoreChat(entry.id);
          if ('value' in outcome) chatNews.tell({ kind: 'restored', entry: { ...entry, ...outcome.value } });
          return outcome;
        }),
    );
  }

  /** Gives a tag to chats, or takes it. */
  async tag(ids: string[], name: string, given: boolean): Promise<string | null> {
    let complaint: string | null = null;
    await runAll(this.#entries(ids), async (entry) => {
      const outcome = given ? await api.addTag(entry.id, name) : await api.removeTag(entry.id, name);
      if ('value' in outcome) {
        const tags = outcome.value.map(({ id }) => id);
        chatNews.tell({ kind: 'entry', entry: { ...entry, ...this.#list.find(entry.id), tags } });
      } else complaint = outcome.failure.message || t.tags_failed();
      return outcome;
    });
    await this.loadTags();
    return complaint;
  }

  async loadTags(): Promise<void> {
    const found = await api.listTags();
    if ('value' in found) this.tags = found.value;
  }

  drag(event: DragEvent, id: string): void {
    startDrag(event, { chats: this.#selected.has(id) ? this.selected : [id] });
  }

  over(event: DragEvent, folder: string | null): void {
    const dragged = dragOf(event);
    if (dragged === null) return;
    if (dragged === 'folder' && folder === null) return;
    event.preventDefault();
    event.stopPropagation();
  }

  drop(event: DragEvent, folder: string | null): void {
    const text = event.dataTransfer?.getData('text/x-chats');
    const moved = event.dataTransfer?.getData('text/x-folder');
    if (!text && !moved) return;
    event.preventDefault();
    event.stopPropagation();
    if (text) void this.move(text.split(' '), folder);
    else if (moved && moved !== folder) void this.moveFolder(moved, folder);
  }

  #entries(ids: string[]): ChatEntry[] {
    return ids.map((id) => this.#list.find(id)).filter((entry) => entry !== null);
  }
}
