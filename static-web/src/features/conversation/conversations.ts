import type { Chat, Message } from './chat.svelte';

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
  /** Null shows the new chat. */
  open(id: string | null): void;
  /** Sends the reader's message in the current chat, or begins a chat with it. */
  send(text: string, model: ModelRef): void;
  /** Asks again for an answer. */
  retry(answer: Message, model: ModelRef): void;
  /** Sends another text in place of a message of the reader. */
  edit(question: Message, text: string, model: ModelRef): void;
  /** Lets an answer that broke off go on. */
  continueAnswer(answer: Message, model: ModelRef): void;
  /** Stops the current chat's answer; what has arrived is kept. */
  stop(): void;
  /** Fetches the branch of another message that stands in the same place; the result shows it. Null: it failed. */
  switchTo(siblingId: string): Promise<(() => void) | null>;
  /** Fetches the messages above the first one; the result shows them. */
  loadOlder(): Promise<(() => void) | null>;
  /** Tries again what gave up: loading the current chat, or following its answer. */
  tryAgain(): void;
  /** Ends every answer here and forgets every chat: whoever sits down next reads none of them. */
  forgetAll(): void;
}

/** What the conversations ask of the page around them. */
export interface Surroundings {
  /** The server wants an access code first. @param unsent The text that was not sent; goes back to the composer. */
  accessLost: ((unsent: string, draftKey: string | null) => void) | null;
  /** Another chat is shown, or the new one has got its id (`replace`: the address changes, the place does not). */
  moved(id: string | null, replace: boolean): void;
  /** Drafts go with a chat that has got its id. */
  renamed(from: string, to: string): void;
  /** Something that the reader asked for did not work. */
  complain(text: string): void;
}
