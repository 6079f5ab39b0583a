import type { ChatParams, FileRef, Usage } from '../../server-api/chats';
import type { Failure } from '../../server-api/failure';
import type { Place } from './new-place.svelte';

export type MessageState = 'streaming' | 'done' | 'stopped' | 'interrupted' | 'failed';

/** A message as it is kept over a reload of a tab's own chat. */
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
  system?: string;
  params?: ChatParams;
  messages: SavedMessage[];
}

/** One message; an answer's fields change while it is being written. */
export class Message {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  parentId: string | null = null;
  /** Shown name of the model that answers; empty for the reader's own. */
  model = $state('');
  modelId = $state('');
  text = $state('');
  reasoning = $state('');
  reasoningMs = $state<number | null>(null);
  state = $state<MessageState>('done');
  failure = $state.raw<Failure | null>(null);
  /** The provider's finish_reason. */
  finish = $state('');
  /** What the provider counted; null where it said nothing. */
  usage = $state.raw<Usage | null>(null);
  /** Ids of the messages that answer the same parent, in order and with this one; empty when there is no other. */
  siblings = $state.raw<string[]>([]);
  /** Of a streaming answer: whether its text comes in. `queued`: the server has not got the turn; `lost`: given up until the reader asks. */
  link = $state<'live' | 'queued' | 'reconnecting' | 'lost'>('live');
  /** What the reader attached. */
  files = $state.raw<FileRef[]>([]);
  /** As it came over the wire; `text` and `reasoning` are made from it. */
  raw = { content: '', reasoning: '' };

  constructor(saved: Pick<SavedMessage, 'role' | 'text'> & Partial<SavedMessage>) {
    this.id = saved.id ?? newId();
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

/** Where a search found something: in which message, and what was looked for. */
export interface FoundPlace {
  message: string;
  text: string;
}

const TITLE_CHARS = 60;

export class Chat {
  /** The same as long as the page shows it; a new chat gets its id only when the server has it. */
  readonly key: string;
  id = $state<string | null>(null);
  messages = $state.raw<Message[]>([]);
  /** Whether its messages are there; `missing`: no such chat, or somebody else's. */
  state = $state<'ready' | 'loading' | 'missing' | 'failed'>('ready');
  /** Cursor of the messages above; null when all are there. */
  before = $state<string | null>(null);
  loadingOlder = $state<'no' | 'yes' | 'failed'>('no');
  archived = $state(false);
  system = $state('');
  params = $state.raw<ChatParams>({});
  /** The last question's answers, each of another model, until the reader chooses one; `messages` ends with one of them. */
  compared = $state.raw<Message[] | null>(null);
  /** The folder in which it begins, as long as the server has not got it. */
  place: Place | null = null;
  /** What a search led to: shown, and its words marked. */
  found = $state.raw<FoundPlace | null>(null);
  /** Counts the reader's own acts after which the end is shown. */
  jumps = $state(0);
  /** The chat's own title; null: it has none yet. */
  givenTitle = $state<string | null>(null);
  /** ETag of what was last read. */
  version: string | null = null;
  /** Something has changed on the server while an answer was written here. */
  stale = false;
  /** Every message that was read, also of other branches: a message stays the same object. */
  readonly byId = new Map<string, Message>();
  /** The given title, else the first line of the first message. */
  readonly title = $derived(this.givenTitle ?? firstLine(this.messages[0]?.text ?? ''));
  readonly streaming = $derived(
    [...this.messages, ...(this.compared ?? [])].some((message) => message.state === 'streaming'),
  );

  constructor(id: string | null, messages: Message[] = []) {
    this.id = id;
    this.key = id ?? newId();
    this.messages = messages;
  }
}

export function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > TITLE_CHARS ? `${line.slice(0, TITLE_CHARS - 1)}…` : line;
}

/** A UUID; randomUUID exists only on https and localhost. */
export function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 15) | 64;
  bytes[8] = ((bytes[8] ?? 0) & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
