import type { Snippet } from 'svelte';
import type { Failure } from '../../server-api/failure';
import type { Acts } from './acts';
import type { Message } from './chat.svelte';

export interface FailureProps {
  title: string;
  /** What the provider or the server said. */
  said: string;
  failure: Failure | null;
  message: Message;
  /** It can be asked for again. */
  mayRetry: boolean;
  acts: Acts;
  /** Continue and retry, as every unfinished answer has them. */
  buttons: Snippet;
}
