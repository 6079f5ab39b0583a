import { broken, isFields, textOf, type Fields, type Moved } from './moved-items';

/** A row of an export, or the chat alone, as old exports have it. */
export function fromOpenWebUi(row: Fields): Moved {
  const { id, chat, meta, pinned, archived, folder_id, created_at, updated_at } = row;
  const title = textOf(row.title) || textOf(isFields(chat) ? chat.title : '');
  if (isFields(chat)) {
    const item = { id: textOf(id) || undefined, chat, meta: meta ?? undefined };
    return {
      kind: 'chat',
      origin: 'open-webui',
      title,
      item: { ...item, pinned, archived, folder_id: folder_id ?? undefined, created_at, updated_at },
    };
  }
  if (!('history' in row) && !('messages' in row)) return broken(title, 'no_chat');
  return { kind: 'chat', origin: 'open-webui', title, item: { chat: row } };
}
