export interface ListedChat {
  id: string;
  title: string;
  running: boolean;
  pinned: boolean;
}

/** What the list shows and may do, wherever the chats are kept. */
export interface ListSource {
  readonly state: 'loading' | 'ready' | 'failed';
  /** A group without a label has no heading. */
  readonly groups: { key: string; label: string; chats: ListedChat[] }[];
  /** Whether there are older chats to load. */
  readonly more: 'no' | 'yes' | 'loading' | 'failed';
  /** Absent where the chats are not kept by the server. */
  readonly keeping: {
    rename(id: string, title: string): void;
    togglePin(id: string): void;
    archive(id: string): void;
    showArchived(): void;
  } | null;
  remove(id: string): void;
  loadMore(): void;
  reload(): void;
}
