import type { ChatEntry, ChatPage } from '../../server-api/chats';
import { readKept, writeKept } from '../../shared/storage/kept-store';

interface ListStart extends ChatPage {
  pinned: ChatEntry[];
}

const KEY = 'list';
const MOST = 60;

/** The list as it begins, in this browser: for a visit before the server answers. */
export class KeptList {
  /** Null when nothing is kept. */
  readonly read = () => readKept<ListStart>(KEY);

  write({ chats, next, pinned }: ListStart): void {
    // What was read by later pages is asked for anew.
    const more = chats.length > MOST ? null : next;
    void writeKept(KEY, { chats: chats.slice(0, MOST), next: more, pinned } satisfies ListStart);
  }
}
