import type { Acts } from './acts';
import type { Chat } from './chat.svelte';

export interface ConversationProps {
  chat: Chat;
  acts: Acts;
  /** Both fetch first; what they return puts the messages in, at once. Null: it did not work. */
  onolder: () => Promise<(() => void) | null>;
  onswitch: (siblingId: string) => Promise<(() => void) | null>;
  onnew: () => void;
  /** Back to the composer. */
  onleave: () => void;
}
