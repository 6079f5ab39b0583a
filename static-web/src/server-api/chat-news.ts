import type { ChatEntry } from './chats';

/**
 * What happens to the chats on the server, told to whoever shows them, in this tab and in the browser's other tabs; what other
 * browsers do comes in the same words (remote-changes.ts). Nobody polls, and no connection to the site waits.
 */
export type ChatNews =
  /** A turn has begun or ended, another branch is shown: what an open view holds may be old. */
  | { kind: 'changed'; id: string }
  /** A chat is new, or one of its own fields has changed. */
  | { kind: 'entry'; entry: Partial<ChatEntry> & { id: string } }
  | { kind: 'running'; id: string; running: boolean }
  | { kind: 'removed'; id: string }
  | { kind: 'restored'; entry: ChatEntry }
  /** Another tab has come: who knows of running answers says so. */
  | { kind: 'hello' }
  /** This browser was locked; its chats are gone. */
  | { kind: 'locked' }
  /** The account's role was changed, or it is gone: the server knows. */
  | { kind: 'account' }
  /** For a while nobody told what other browsers did: whatever is shown may be old. */
  | { kind: 'missed' }
  /** Somebody has signed in, perhaps somebody else than before. */
  | { kind: 'signedIn'; userId: string };

/** @param own This tab did it. */
type Listener = (news: ChatNews, own: boolean) => void;

class NewsRoom {
  readonly #listeners = new Set<Listener>();
  readonly #channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('chats');

  constructor() {
    this.#channel?.addEventListener('message', (event: MessageEvent<ChatNews>) =>
      this.#hand(event.data, false),
    );
  }

  /** Returns the way to stop listening. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells this tab's listeners at once and the other tabs soon. */
  tell(news: ChatNews): void {
    this.#channel?.postMessage(news);
    this.#hand(news, true);
  }

  /** The same, for what happened elsewhere. */
  hear(news: ChatNews): void {
    this.#channel?.postMessage(news);
    this.#hand(news, false);
  }

  #hand(news: ChatNews, own: boolean): void {
    for (const listener of this.#listeners) listener(news, own);
  }
}

export const chatNews = new NewsRoom();
