import type { ChatParams } from './chats';
import { readFailure, unreachable, type Failure } from './failure';
import { ownKey } from './own-key.svelte';
import { readEvents } from './sse-reader';

export interface PromptMessage {
  role: 'user' | 'assistant' | 'system';
  content: string | PromptPart[];
}

export type PromptPart = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } };

/** What a chat completion tells while it runs; `end` or `failure` comes last and once. */
export type CompletionEvent =
  | { kind: 'text'; text: string }
  | { kind: 'reasoning'; text: string }
  | { kind: 'end'; reason: string }
  | { kind: 'failure'; failure: Failure };

interface Chunk {
  error?: { message?: string; type?: string } | string;
  choices?: {
    delta?: { content?: string | null; reasoning_content?: string | null; reasoning?: string | null };
    finish_reason?: string | null;
  }[];
}

/** `type` of the failure of a stream that ended with neither a finish_reason nor [DONE]. */
export const CUT = 'cut';

/**
 * POST /api/chat/completions, streamed. Aborting the signal ends the generator without a last event. Never retried
 * here: a turn costs money.
 */
export async function* streamCompletion(
  model: string,
  messages: PromptMessage[],
  params: ChatParams,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent, void, void> {
  let connection: string | null = null;
  try {
    const response = await fetch('/api/chat/completions', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', ...ownKey.headers() },
      body: JSON.stringify({ ...params, model, messages, stream: true }),
      signal,
    });
    if (!response.ok || response.body === null) {
      yield { kind: 'failure', failure: await readFailure(response) };
      return;
    }
    connection = response.headers.get('x-openwebui-connection');
    yield* readCompletion(response.body, connection);
  } catch {
    if (signal.aborted) return;
    const failure = connection === null ? unreachable : { ...unreachable, type: CUT, connection };
    yield { kind: 'failure', failure };
  }
}

/** The events of a completion's SSE body. Throws when the connection breaks. */
export async function* readCompletion(
  body: ReadableStream<Uint8Array>,
  connection: string | null,
): AsyncGenerator<CompletionEvent, void, void> {
  let finish: string | null = null;
  for await (const data of readEvents(body)) {
    if (data.trim() === '[DONE]') {
      yield { kind: 'end', reason: finish ?? 'stop' };
      return;
    }
    const chunk = parse(data);
    if (chunk === null) continue;
    if (chunk.error !== undefined) {
      const error = typeof chunk.error === 'string' ? { message: chunk.error } : chunk.error;
      const failure = {
        ...unreachable,
        message: error.message ?? '',
        type: error.type ?? 'error',
        connection,
      };
      yield { kind: 'failure', failure };
      return;
    }
    const choice = chunk.choices?.[0];
    const reasoning = choice?.delta?.reasoning_content ?? choice?.delta?.reasoning;
    if (reasoning) yield { kind: 'reasoning', text: reasoning };
    if (choice?.delta?.content) yield { kind: 'text', text: choice.delta.content };
    finish = choice?.finish_reason ?? finish;
  }
  if (finish !== null) yield { kind: 'end', reason: finish };
  else yield { kind: 'failure', failure: { ...unreachable, type: CUT, connection } };
}

function parse(data: string): Chunk | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Chunk) : null;
  } catch {
    return null;
  }
}
