import { streamCompletion, type PromptMessage } from '../../server-api/completions';
import type { Failure } from '../../server-api/failure';
import { FrameFlush } from './frame-flush';
import { ThinkTags } from './think-tags';

/** Where an answer goes while it is being written; `text` and `reasoning` hold the whole so far. */
export interface AnswerSink {
  text: string;
  reasoning: string;
  /** Wall time from the first to the last word of reasoning; null while it goes on or when there is none. */
  reasoningMs: number | null;
}

/** How an answer ended. `stopped` means: by the reader. */
export type AnswerEnd =
  { state: 'done'; reason: string } | { state: 'stopped' } | { state: 'failed'; failure: Failure };

/** Asks the model and fills the sink, at most once per frame. Never throws. */
export async function runAnswer(
  model: string,
  messages: PromptMessage[],
  sink: AnswerSink,
  signal: AbortSignal,
): Promise<AnswerEnd> {
  const think = new ThinkTags();
  let text = '';
  let reasoning = '';
  let thinkingSince: number | null = null;
  let thinkingMs: number | null = null;
  const flush = new FrameFlush(() => {
    sink.text = text;
    sink.reasoning = reasoning;
    sink.reasoningMs = thinkingMs;
  });

  function take(kind: 'text' | 'reasoning', part: string): void {
    if (part === '') return;
    if (kind === 'reasoning') {
      thinkingSince ??= performance.now();
      reasoning += part;
    } else {
      // Blank lines between reasoning and answer are not part of the answer.
      text += text === '' ? part.trimStart() : part;
      if (text !== '') endThinking();
    }
  }

  function endThinking(): void {
    if (thinkingSince !== null) thinkingMs ??= performance.now() - thinkingSince;
  }

  let end: AnswerEnd = { state: 'stopped' };
  for await (const event of streamCompletion(model, messages, signal)) {
    if (event.kind === 'end') end = { state: 'done', reason: event.reason };
    else if (event.kind === 'failure') end = { state: 'failed', failure: event.failure };
    else if (event.kind === 'reasoning') take('reasoning', event.text);
    else for (const part of think.split(event.text)) take(part.kind, part.text);
    flush.request();
  }
  for (const part of think.rest()) take(part.kind, part.text);
  endThinking();
  flush.now();
  return end;
}
