import { readBranch, type Branch, type StoredMessage } from '../../server-api/chats';
import type { Failure } from '../../server-api/failure';
import { Chat, Message } from './chat.svelte';
import { restoreCompared } from './compared-answers';
import type { FollowedAnswers } from './followed-answers';
import { forgetChat, keepChat, readKeptChat } from './kept-chats';
import { restoreKept } from './running-answer';
import { showStored } from './stored-message';

const CHATS_IN_MEMORY = 12;

export interface OpenChatsNeeds {
  answers: FollowedAnswers;
  /** Not to be dropped. */
  isShown(chat: Chat): boolean;
  /** Follows an answer that runs on the server. */
  rejoin(chat: Chat, answer: Message): void;
  /** Turns of this chat that the server never acknowledged to this tab. */
  adoptUnsent(chat: Chat): void;
  /** Asks for the access code when that is what the failure means. */
  isLost(failure: Failure): boolean;
  /** What was written for a chat that is not there goes to the new chat. */
  missing(chatId: string): void;
}

/** The chats in memory: read from the server, brought up to date, dropped when there are too many. */
export class OpenChats {
  /** By id, the one that was shown last at the end. */
  readonly #open = new Map<string, Chat>();
  readonly #needs: OpenChatsNeeds;

  constructor(needs: OpenChatsNeeds) {
    this.#needs = needs;
  }

  find(id: string): Chat | undefined {
    return this.#open.get(id);
  }

  add(id: string, chat: Chat): void {
    this.#open.set(id, chat);
  }

  remove(id: string): void {
    this.#open.delete(id);
  }

  clear(): void {
    this.#open.clear();
  }

  /** The chat, perhaps still to be read. */
  take(id: string): Chat {
    let chat = this.#open.get(id);
    if (chat === undefined) {
      chat = new Chat(id);
      chat.state = 'loading';
    }
    this.#open.delete(id);
    this.#open.set(id, chat);
    for (const [old, other] of this.#open) {
      if (this.#open.size <= CHATS_IN_MEMORY) break;
      if (!other.streaming && old !== id && !this.#needs.isShown(other)) this.#open.delete(old);
    }
    return chat;
  }

  /** Brings a chat up to what the server has; what is being answered here is left alone until its end. */
  async refresh(chat: Chat): Promise<void> {
    if (chat.id === null) return;
    chat.stale = this.#isRunning(chat);
    if (chat.stale) return;
    if (chat.state !== 'ready') chat.state = 'loading';
    const asked = readBranch(chat.id, { version: chat.version });
    // Also where the server cannot be reached, which is known sooner.
    if (chat.state === 'loading') await this.#showKept(chat);
    const outcome = await asked;
    if (chat.messages.length > 0 && this.#isRunning(chat)) return;
    if ('failure' in outcome) {
      this.#failed(chat, chat.id, outcome.failure);
      return;
    }
    if (outcome.value !== null) {
      const first = chat.state === 'loading';
      chat.version = outcome.value.version;
      this.show(chat, outcome.value.branch);
      void keepChat(outcome.value);
      if (first) chat.jumps++;
    }
    chat.state = 'ready';
    this.#needs.adoptUnsent(chat);
  }

  /** What this browser has of a chat, until the server has answered. */
  async #showKept(chat: Chat): Promise<void> {
    const kept = chat.id === null ? null : await readKeptChat(chat.id);
    if (kept === null || chat.state !== 'loading') return;
    this.show(chat, kept.branch);
    chat.jumps++;
    chat.state = 'ready';
    this.#needs.adoptUnsent(chat);
  }

  /** Puts what was read in the place of what is shown. */
  show(chat: Chat, { chat: entry, messages, before }: Branch): void {
    chat.givenTitle = entry.title;
    chat.archived = entry.archived;
    chat.system = entry.system ?? '';
    chat.params = entry.params;
    const rows = messages.map((stored) => this.#message(chat, stored));
    // Older pages that were read stay, when these messages go on below them.
    const parent = chat.messages.findIndex(({ id }) => id === rows[0]?.parentId);
    const above = parent < 0 ? [] : chat.messages.slice(0, parent + 1);
    chat.messages = [...above, ...rows];
    if (above.length === 0) chat.before = before;
    for (const message of rows) this.#revive(chat, message);
    if (!chat.compared?.includes(chat.messages.at(-1) as Message)) chat.compared = null;
    if (entry.models.length > 1) void this.#restoreCompared(chat, entry.models);
  }

  /** The messages above; the result puts them in. Null: it failed. */
  async older(chat: Chat): Promise<(() => void) | null> {
    if (chat.id === null || chat.before === null || chat.loadingOlder === 'yes') return null;
    chat.loadingOlder = 'yes';
    const outcome = await readBranch(chat.id, { before: chat.before });
    const branch = 'value' in outcome ? outcome.value?.branch : undefined;
    chat.loadingOlder = branch ? 'no' : 'failed';
    // Another branch may be shown by now.
    if (!branch || chat.messages[0]?.parentId !== branch.messages.at(-1)?.id) return null;
    return () => {
      // Somebody else may have put them there meanwhile.
      if (chat.messages[0]?.parentId !== branch.messages.at(-1)?.id) return;
      chat.messages = [...branch.messages.map((stored) => this.#message(chat, stored)), ...chat.messages];
      chat.before = branch.before;
    };
  }

  async #restoreCompared(chat: Chat, models: string[]): Promise<void> {
    const last = chat.messages.at(-1);
    const answers = await restoreCompared(chat, models, (stored) => this.#message(chat, stored));
    if (answers === null || chat.messages.at(-1) !== last) return;
    chat.compared = answers;
    for (const answer of answers) this.#revive(chat, answer);
  }

  #failed(chat: Chat, id: string, failure: Failure): void {
    if (this.#needs.isLost(failure)) return;
    if ([403, 404, 422].includes(failure.status)) {
      chat.state = 'missing';
      chat.messages = [];
      void forgetChat(id);
      this.#needs.missing(id);
    } else if (chat.state === 'loading') chat.state = 'failed';
  }

  #isRunning({ id }: Chat): boolean {
    return id !== null && this.#needs.answers.chatIds.has(id);
  }

  #revive(chat: Chat, message: Message): void {
    if (message.role === 'user' || this.#needs.answers.has(message.id)) return;
    restoreKept(message);
    if (message.state === 'streaming') this.#needs.rejoin(chat, message);
  }

  /** The message as an object that stays the same; one that is followed here is further than what was read. */
  #message(chat: Chat, stored: StoredMessage): Message {
    const message = chat.byId.get(stored.id) ?? new Message({ id: stored.id, role: stored.role, text: '' });
    chat.byId.set(stored.id, message);
    if (this.#needs.answers.has(stored.id)) message.siblings = stored.siblings ?? [];
    else showStored(message, stored);
    return message;
  }
}
