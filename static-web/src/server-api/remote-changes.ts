import { chatNews, type ChatNews } from './chat-news';
import { readBranch } from './chats';

/** What SignalR Service says of one chat: words of docs/chats.md, never content. */
export interface Change {
  chatId: string;
  what: string[];
}

/** The service says again what this browser did itself, within this time. */
const ECHO_MS = 5000;
/** From here on one look at the list is less than a look at every chat. */
const MANY = 5;
const OF_MESSAGES = ['turn-begun', 'turn-ended', 'edited'];

/** Turns the service's words into news for this browser: asks the site what became of each chat, one at a time. */
export class RemoteChanges {
  readonly #waiting = new Map<string, Set<string>>();
  readonly #own = new Map<string, number>();
  #telling = false;
  #working = false;

  constructor() {
    chatNews.listen((news) => {
      if (!this.#telling) for (const echo of echoesOf(news)) this.#own.set(echo, Date.now());
    });
  }

  take({ chatId, what }: Change): void {
    const since = Date.now() - ECHO_MS;
    for (const [echo, at] of this.#own) if (at < since) this.#own.delete(echo);
    const others = what.filter((word) => !this.#own.has(`${chatId} ${word}`));
    if (others.length === 0) return;
    this.#waiting.set(chatId, new Set([...(this.#waiting.get(chatId) ?? []), ...others]));
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let next; (next = this.#waiting.entries().next().value);) {
      if (this.#waiting.size > MANY) {
        this.#waiting.clear();
        this.#tell({ kind: 'missed' });
      } else {
        this.#waiting.delete(next[0]);
        await this.#look(...next);
      }
    }
    this.#working = false;
  }

  async #look(id: string, what: Set<string>): Promise<void> {
    if (what.has('deleted') && !what.has('restored')) return this.#tell({ kind: 'removed', id });
    const outcome = await readBranch(id, { limit: 1 });
    if ('failure' in outcome) {
      if (outcome.failure.status === 404) this.#tell({ kind: 'removed', id });
      return;
    }
    const chat = outcome.value?.branch.chat;
    if (!chat) return;
    const { title, updated_at, created_at, pinned, archived, folder_id = null, meta } = chat;
    this.#tell({
      kind: what.has('restored') ? 'restored' : 'entry',
      entry: { id, title, updated_at, created_at, pinned, archived, folder_id, tags: meta?.tags ?? [] },
    });
    if (OF_MESSAGES.some((word) => what.has(word))) this.#tell({ kind: 'changed', id });
  }

  #tell(news: ChatNews): void {
    this.#telling = true;
    chatNews.hear(news);
    this.#telling = false;
  }
}

/** "chat word" for each word that the service will say of what was done here. */
function echoesOf(news: ChatNews): string[] {
  const words = (id: string, ...all: string[]) => all.map((word) => `${id} ${word}`);
  switch (news.kind) {
    case 'entry': {
      const { id, title, pinned } = news.entry;
      if (pinned !== undefined) return words(id, 'pinned', 'archived', 'created', 'moved', 'tagged');
      return title === undefined ? [] : words(id, 'renamed', 'titled');
    }
    case 'running':
      return news.running ? words(news.id, 'created', 'turn-begun') : words(news.id, 'turn-ended');
    case 'changed':
      return words(news.id, 'edited');
    case 'removed':
      return words(news.id, 'deleted');
    case 'restored':
      return words(news.entry.id, 'restored');
    default:
      return [];
  }
}
