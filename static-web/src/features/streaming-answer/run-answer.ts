import type { ChatParams } from '../../server-api/chats';
import { streamCompletion, type PromptMessage } from '../../server-api/completions';
import type { Failure } from '../../server-api/failure';
import { AnswerText, type AnswerSink } from './answer-text';

/** How an answer ended. `stopped` means: by the reader. */
export type AnswerEnd =
  { state: 'done'; reason: string } | { state: 'stopped' } | { state: 'failed'; failure: Failure };

/** Asks the model by a pure relay call and fills the sink. Never throws. */
export async function runAnswer(
  model: string,
  messages: PromptMessage[],
  params: ChatParams,
  sink: AnswerSink,
  signal: AbortSignal,
): Promise<AnswerEnd> {
  const answer = new AnswerText(sink);
  let end: AnswerEnd = { state: 'stopped' };
  for await (const event of streamCompletion(model, messages, params, signal)) {
    if (event.kind === 'end') end = { state: 'done', reason: event.reason };
    else if (event.kind === 'failure') end = { state: 'failed', failure: event.failure };
    else answer.take(event.kind === 'reasoning' ? 'reasoning' : 'content', event.text);
  }
  answer.end();
  return end;
}
