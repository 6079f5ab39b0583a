import type { Component } from 'svelte';
import type { ChatEntry } from '../../server-api/chats';

/** A chat of a list. What only the server knows (folder, tags) is left out of a tab's own. */
export type ListedChat = Pick<ChatEntry, 'id' | 'title' | 'pinned' | 'folder_id' | 'tags'>;

/** Chats that stand together. */
export interface ListGroup<Chat extends ListedChat = ListedChat> {
  key: string;
  /** A group without a label has no heading. */
  label: string;
  chats: Chat[];
  /** How far in it stands. */
  depth?: number;
  /** A folder's own row stands in place of the heading. */
  folder?: string;
}

/** What folders add to the list: lazy, because most readers have none. */
export interface Desk {
  /** Folders with what lies in them, above everything else. */
  readonly groups: ListGroup<ChatEntry>[];
  readonly selecting: boolean;
  isSelected(id: string): boolean;
  /** A press on a row with Shift or Ctrl, or while chats are being selected. */
  select(id: string, range: boolean): void;
  /** The row of a folder, with its id. */
  readonly FolderRow: Component<FolderRowProps>;
  find(id: string): ChatEntry | null;
  put(entry: ChatEntry): void;
  remove(id: string): void;
  reload(): Promise<void>;
  /** A drag begins at a chat. */
  drag(event: DragEvent, id: string): void;
  /** Whether what is dragged may be dropped here; null is outside of every folder. */
  over(event: DragEvent, folder: string | null): void;
  drop(event: DragEvent, folder: string | null): void;
}

export type FolderAct = 'menu' | 'edit' | 'delete';

export interface FolderRowProps {
  desk: Desk;
  id: string;
  /** The row that Tab stops at. */
  stop: boolean;
  onact: (act: FolderAct, anchor: HTMLElement) => void;
}

/** What the list shows and may do, wherever the chats are kept. */
export interface ListSource {
  readonly state: 'loading' | 'ready' | 'failed';
  readonly groups: ListGroup[];
  /** Whether there are older chats to load. */
  readonly more: 'no' | 'yes' | 'loading' | 'failed';
  readonly desk: Desk | null;
  /** Absent where the chats are not kept by the server. */
  readonly keeping: {
    rename(id: string, title: string): void;
    togglePin(id: string): void;
    archive(id: string): void;
    showArchived(): void;
  } | null;
  isRunning(id: string): boolean;
  remove(id: string): void;
  loadMore(): void;
  reload(): void;
}
