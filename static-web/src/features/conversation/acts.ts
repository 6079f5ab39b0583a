import type { MenuItem } from '../../shared/ui/Menu.svelte';
import type { Message } from './chat.svelte';
import type { ModelRef, Removed } from './conversations';

/** What a reader can do with a message. */
export interface Acts {
  /** @param model Another one than the chosen. */
  retry(answer: Message, instruction?: string, model?: ModelRef): void;
  /** Lets the reader choose another model, then asks for the answer again. */
  otherModel(answer: Message): void;
  /** Shows an administrator what is wrong with a connection; null for everybody else. */
  examine: ((connection: string) => void) | null;
  edit(question: Message, text: string): void;
  editAnswer(answer: Message, text: string): Promise<boolean>;
  remove(message: Message): Promise<Removed | null>;
  /** Puts a text into the composer as a quotation. */
  quote(text: string): void;
  /** Null where nothing can be continued. */
  continueAnswer: ((answer: Message) => void) | null;
  stop(answer: Message): void;
  /** Of answers side by side, the one that the chat goes on with. */
  pick(answer: Message): void;
  switchTo(siblingId: string): void;
  tryAgain(): void;
  /** Takes back what could not be sent yet. */
  takeBack(): void;
  /** Shown name of a model. */
  nameOf(modelId: string): string;
}

/** What a row of the conversation can do, too. */
export interface RowActs extends Acts {
  /** Opens a menu beside a button. */
  menu(anchor: HTMLElement, label: string, items: MenuItem[]): void;
  /** Deletes the message, or the turn that it is the only answer of; to be undone for a while. */
  discard(message: Message): void;
}
