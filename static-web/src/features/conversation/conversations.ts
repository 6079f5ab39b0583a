import type { ChatSettings, FileRef } from '../../server-api/chats';
import type { Chat, FoundPlace, Message } from './chat.svelte';

export interface ModelRef {
  id: string;
  name: string;
}

/**
 * The chats behind the conversation's view: kept by the server (StoredConversations), or, for a reader who has nothing but
 * a key of their own, by this tab (TabConversations).
 */
export interface Conversations {
  /** Whether the server keeps the chats: they can be continued, and have branches and addresses of their own. */
  readonly stored: boolean;
  /** Null: a new chat that has no message yet. */
  readonly current: Chat | null;
  /** Under which the unsent text of what is shown is kept. */
  readonly draftKey: string | null;
  /** Null shows the new chat. @param at What a search found there; the end is shown without it. */
  open(id: string | null, at?: FoundPlace | null): void;
  /** Sends the reader's message in the current chat, or begins a chat with it. Several models, one at least, answer side by side. */
  send(text: string, models: ModelRef[], files?: FileRef[]): void;
  /** Asks again for an answer. @param instruction How it should be this time. */
  retry(answer: Message, model: ModelRef, instruction?: string): void;
  /** Sends another text in place of a message of the reader. */
  edit(question: Message, text: string, model: ModelRef): void;
  /** Lets an answer that broke off go on. */
  continueAnswer(answer: Message, model: ModelRef): void;
  /** Takes back a turn that waits for the network; null where there is nothing to take back. */
  takeBack(answer: Message): TakenBack | null;
  /** Stops the current chat's answers, or only one; what has arrived is kept. */
  stop(only?: Message): void;
  /** Of answers side by side, the one that the chat goes on with; the others stay as branches. */
  pick(answer: Message): void;
  /** Puts another text in the place of an answer's. Returns whether it is kept. */
  editAnswer(answer: Message, text: string): Promise<boolean>;
  /** Deletes a message and what hangs on it; null: it failed. */
  remove(message: Message): Promise<Removed | null>;
  /** Of the current chat, or of the one that is about to begin. */
  readonly settings: ChatSettings;
  /** Returns whether they are kept. */
  saveSettings(settings: ChatSettings): Promise<boolean>;
  /** Fetches the branch of another message that stands in the same place; the result shows it. Null: it failed. */
  switchTo(siblingId: string): Promise<(() => void) | null>;
  /** Fetches the messages above the first one; the result shows them. */
  loadOlder(): Promise<(() => void) | null>;
  /** Tries again what gave up: loading the current chat, or following its answer. */
  tryAgain(): void;
  /** Ends every answer here and forgets every chat: whoever sits down next reads none of them. */
  forgetAll(): void;
}

/** What the reader had asked, for the composer. */
export interface TakenBack {
  text: string;
  files: FileRef[];
}

export interface Removed {
  /** Messages that went. */
  count: number;
  /** Returns whether they are there again. */
  undo(): Promise<boolean>;
}

/** What the conversations ask of the page around them. */
export interface Surroundings {
  /** The server wants an access code first. @param unsent The text, and the files, that were not sent; they go back to the composer. */
  accessLost: ((unsent: string, draftKey: string | null, files?: FileRef[]) => void) | null;
  /** Another chat is shown, or the new one has got its id (`replace`: the address changes, the place does not). */
  moved(id: string | null, replace: boolean): void;
  /** Drafts go with a chat that has got its id. */
  renamed(from: string, to: string): void;
  /** Something that the reader asked for did not work. */
  complain(text: string): void;
}
