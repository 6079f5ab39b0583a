import type { ChatEntry, FolderEntry } from '../../../server-api/chats';
import type { ListGroup } from '../list-source';

/** A folder and how far in it stands. */
export interface TreeRow {
  folder: FolderEntry;
  depth: number;
}

/** The folders in the order of the tree, each before those in it. A parent that is gone counts as none. */
export function treeOf(
  folders: FolderEntry[],
  isOpen: (folder: FolderEntry) => boolean = () => true,
): TreeRow[] {
  const known = new Set(folders.map(({ id }) => id));
  const below = (parent: string | null, depth: number): TreeRow[] =>
    folders
      .filter(({ parent_id }) => (parent_id !== null && known.has(parent_id) ? parent_id : null) === parent)
      .flatMap((folder) => [
        { folder, depth },
        ...(isOpen(folder) && depth < folders.length ? below(folder.id, depth + 1) : []),
      ]);
  return below(null, 0);
}

/** As the list shows them: each open folder with the folders in it, then its chats. */
export function rowsOfTree(
  folders: FolderEntry[],
  chats: Record<string, ChatEntry[]>,
): ListGroup<ChatEntry>[] {
  const groups: ListGroup<ChatEntry>[] = [];
  const open: TreeRow[] = [];
  const close = (depth: number) => {
    for (let last; (last = open.at(-1)) && last.depth >= depth; open.pop()) {
      const { folder } = last;
      const inside = chats[folder.id] ?? [];
      if (inside.length > 0)
        groups.push({ key: `in-${folder.id}`, label: '', chats: inside, depth: last.depth + 1 });
    }
  };
  for (const row of treeOf(folders, ({ is_expanded }) => is_expanded)) {
    close(row.depth);
    const { folder, depth } = row;
    groups.push({ key: `folder-${folder.id}`, label: folder.name, chats: [], depth, folder: folder.id });
    if (folder.is_expanded) open.push(row);
  }
  close(0);
  return groups;
}

/** The ids of a folder and of all in it. */
export function within(folders: FolderEntry[], id: string): string[] {
  const rows = treeOf(folders);
  const at = rows.findIndex(({ folder }) => folder.id === id);
  const depth = rows[at]?.depth ?? 0;
  const end = rows.findIndex((row, index) => index > at && row.depth <= depth);
  return at < 0 ? [] : rows.slice(at, end < 0 ? undefined : end).map(({ folder }) => folder.id);
}
