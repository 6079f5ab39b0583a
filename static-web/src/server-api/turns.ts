import { ask, json, type Outcome } from './ask';
import { streamAddress, type ChatSettings, type FileRef, type StoredState, type Usage } from './chats';
import { readFailure, unreachable, type Failure } from './failure';
import { ownKey } from './own-key.svelte';
import { readServerEvents } from './sse-reader';

/**
 * What POST /api/chat/completions is asked for a stored turn (docs/chats.md). The ids are made here, so that the same turn
 * can be sent again when its acknowledgment was lost: nothing is stored twice.
 */
export interface Turn {
  model: string;
  /** Absent: a new chat. */
  chat_id?: string;
  parent_id?: string | null;
  /** Absent: another answer to the parent, or the continuation of `id`. @prop models Those that were asked side by side. */
  user_message?: { id: string; content: string; models?: string[]; files?: FileRef[] };
  /** The answer's id; of several, the first one's. */
  id: string;
  /** An answer of each model. */
  message_ids?: { model_id: string; message_id: string }[];
  /** How this answer should be: shorter, say. */
  instruction?: string;
  /** The folder in which a chat begins. */
  folder_id?: string;
  /** What a chat that begins keeps. */
  chat?: ChatSettings;
  continue?: true;
  /** With `continue`: what the answer has. A request that is repeated then goes on once. */
  sequence?: number;
  background_tasks?: { title_generation: true };
}

export interface Begun {
  chatId: string;
  messageId: string;
}

/** What one connection to an answer tells, in order. */
export type AnswerEvent =
  /** The answer runs (or ran) on the server. */
  | { kind: 'begun'; begun: Begun }
  /** @prop start Where the part begins, counted in UTF-16 units; null when the server did not say. */
  | { kind: 'part'; channel: 'content' | 'reasoning'; text: string; start: number | null }
  | { kind: 'finish'; reason: string }
  | { kind: 'title'; title: string }
  | {
      kind: 'settled';
      state: Exclude<StoredState, 'running'>;
      sequence: number | null;
      reasoningMs: number | null;
      usage: Usage | null;
      failure: Failure | null;
    }
  /** The server refused; nothing was stored by this request. */
  | { kind: 'refused'; failure: Failure };

interface StreamError {
  message?: string;
  type?: string;
  code?: string | null;
  status?: number | null;
  connection?: string | null;
  /** Unix seconds. */
  retry_at?: number;
}

interface Chunk {
  usage?: Usage | null;
  error?: StreamError | string;
  choices?: {
    delta?: { content?: string | null; reasoning_content?: string | null };
    finish_reason?: string | null;
  }[];
  openwebui?: {
    chat_id?: string;
    message_id?: string;
    state?: StoredState;
    sequence?: number;
    title?: string;
    reasoning_ms?: number;
  };
}

/** Sends a turn, or follows an answer from a sequence on: one connection, told until it ends. Throws when it breaks. */
export async function* readAnswer(
  from: { turn: Turn } | { chatId: string; messageId: string; sequence: number; title: boolean },
  signal: AbortSignal,
  onbytes: () => void,
): AsyncGenerator<AnswerEvent, void, void> {
  const response =
    'turn' in from
      ? await fetch('/api/chat/completions', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', ...ownKey.headers() },
          body: JSON.stringify({ ...from.turn, stream: true }),
          signal,
        })
      : await fetch(streamAddress(from.chatId, from.messageId, from.sequence, from.title), {
          headers: { Accept: 'text/event-stream' },
          cache: 'no-store',
          signal,
        });
  onbytes();
  if (!response.ok || response.body === null) {
    yield { kind: 'refused', failure: await readFailure(response) };
    return;
  }
  for await (const { data, id } of readServerEvents(response.body, onbytes)) {
    const chunk = parse(data);
    if (chunk !== null) yield* eventsOf(chunk, id, response.headers.get('x-openwebui-connection'));
  }
}

/** Has several models answer; they are followed one by one. Safe to repeat with the same ids. */
export const beginSeveral = (turn: Turn, signal: AbortSignal): Promise<Outcome<{ chat_id: string }>> =>
  ask(
    '/api/chat/completions',
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...ownKey.headers() },
      body: JSON.stringify(turn),
      signal,
    },
    json<{ chat_id: string }>,
  );

function* eventsOf(chunk: Chunk, id: string | null, connection: string | null): Generator<AnswerEvent> {
  const { openwebui } = chunk;
  if (openwebui?.chat_id && openwebui.message_id) {
    yield { kind: 'begun', begun: { chatId: openwebui.chat_id, messageId: openwebui.message_id } };
  }
  const choice = chunk.choices?.[0];
  const reasoning = choice?.delta?.reasoning_content ?? '';
  const content = choice?.delta?.content ?? '';
  const end = id !== null && /^\d+$/.test(id) ? Number(id) : null;
  const start = end === null ? null : end - content.length - reasoning.length;
  if (reasoning !== '') yield { kind: 'part', channel: 'reasoning', text: reasoning, start };
  if (content !== '') {
    const at = start === null ? null : start + reasoning.length;
    yield { kind: 'part', channel: 'content', text: content, start: at };
  }
  if (choice?.finish_reason) yield { kind: 'finish', reason: choice.finish_reason };
  if (openwebui?.title) yield { kind: 'title', title: openwebui.title };
  // The first event tells a state too, of before anything was told: an answer that is over says so again at its end.
  if (openwebui?.chat_id) return;
  const settled = {
    kind: 'settled',
    sequence: openwebui?.sequence ?? null,
    reasoningMs: openwebui?.reasoning_ms ?? null,
    usage: chunk.usage ?? null,
  } as const;
  if (chunk.error !== undefined) {
    const error: StreamError = typeof chunk.error === 'string' ? { message: chunk.error } : chunk.error;
    const state =
      openwebui?.state === undefined || openwebui.state === 'running' ? 'failed' : openwebui.state;
    const failure = {
      ...unreachable,
      status: error.status ?? 0,
      message: error.message ?? '',
      type: error.type ?? 'error',
      connection: error.connection ?? connection,
      ...(error.code ? { code: error.code } : {}),
      ...(error.retry_at ? { retryAt: error.retry_at * 1000 } : {}),
    };
    yield { ...settled, state, failure };
  } else if (openwebui?.state !== undefined && openwebui.state !== 'running') {
    yield { ...settled, state: openwebui.state, failure: null };
  }
}

function parse(data: string): Chunk | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Chunk) : null;
  } catch {
    return null;
  }
}
