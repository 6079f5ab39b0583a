import type { Failure } from '../../server-api/failure';

export type MessageState = 'streaming' | 'done' | 'stopped' | 'failed';

/** A message as it is kept over a reload. */
export interface SavedMessage {
  id: string;
  role: 'user' | 'assistant';
  text: string;
  reasoning: string;
  reasoningMs: number | null;
  state: MessageState;
  failure: Failure | null;
  model: string;
  finish: string;
}

export interface SavedChat {
  id: string;
  messages: SavedMessage[];
}

/** One message; an answer's fields change while it is being written. */
export class Message {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  /** Shown name of the model that answers; empty for the reader's own. */
  readonly model: string;
  text = $state('');
  reasoning = $state('');
  reasoningMs = $state<number | null>(null);
  state = $state<MessageState>('done');
  failure = $state.raw<Failure | null>(null);
  /** The provider's finish_reason. */
  finish = $state('');

  constructor(saved: Pick<SavedMessage, 'role' | 'text'> & Partial<SavedMessage>) {
    this.id = saved.id ?? crypto.randomUUID?.() ?? String(Math.random());
    this.role = saved.role;
    this.model = saved.model ?? '';
    this.text = saved.text;
    this.reasoning = saved.reasoning ?? '';
    this.reasoningMs = saved.reasoningMs ?? null;
    this.state = saved.state ?? 'done';
    this.failure = saved.failure ?? null;
    this.finish = saved.finish ?? '';
  }

  toSaved(): SavedMessage {
    const { id, role, text, reasoning, reasoningMs, state, failure, model, finish } = this;
    return { id, role, text, reasoning, reasoningMs, state, failure, model, finish };
  }
}

const TITLE_CHARS = 60;

export class Chat {
  readonly id: string;
  messages = $state.raw<Message[]>([]);
  /** First line of the first message. */
  readonly title = $derived.by(() => {
    const first = this.messages[0]?.text.trim().split('\n')[0] ?? '';
    return first.length > TITLE_CHARS ? `${first.slice(0, TITLE_CHARS - 1)}…` : first;
  });
  readonly streaming = $derived(this.messages.some((message) => message.state === 'streaming'));

  constructor(id: string, messages: Message[] = []) {
    this.id = id;
    this.messages = messages;
  }
}
