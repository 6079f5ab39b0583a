import type { Message } from './chat.svelte';

/** What a reader can do with a message. */
export interface Acts {
  retry(answer: Message): void;
  edit(question: Message, text: string): void;
  /** Null where nothing can be continued. */
  continueAnswer: ((answer: Message) => void) | null;
  switchTo(siblingId: string): void;
  tryAgain(): void;
  /** Shown name of a model. */
  nameOf(modelId: string): string;
}
