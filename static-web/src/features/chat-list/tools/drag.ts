const CHATS = 'text/x-chats';
const FOLDER = 'text/x-folder';

/** Begins to drag chats, or a folder. */
export function startDrag(event: DragEvent, what: { chats: string[] } | { folder: string }): void {
  if (!event.dataTransfer) return;
  event.stopPropagation();
  event.dataTransfer.effectAllowed = 'move';
  if ('chats' in what) event.dataTransfer.setData(CHATS, what.chats.join(' '));
  else event.dataTransfer.setData(FOLDER, what.folder);
}

/** What is being dragged; null for anything that is not of the list. */
export function dragOf(event: DragEvent): 'chats' | 'folder' | null {
  const types = event.dataTransfer?.types ?? [];
  return types.includes(CHATS) ? 'chats' : types.includes(FOLDER) ? 'folder' : null;
}
