import { FrameFlush } from './frame-flush';
import { ThinkTags } from './think-tags';

/** Where an answer is shown while it is being written; `text` and `reasoning` hold the whole so far. */
export interface AnswerSink {
  text: string;
  reasoning: string;
  /** Wall time from the first to the last word of reasoning; null while it goes on or when there is none. */
  reasoningMs: number | null;
}

/** An answer as it came over the wire: reasoning that stands inside the text is still there. */
export interface RawAnswer {
  content: string;
  reasoning: string;
}

/** Gathers an answer's parts and shows them in a sink, at most once per frame. */
export class AnswerText {
  readonly raw: RawAnswer;
  readonly #think = new ThinkTags();
  readonly #flush: FrameFlush;
  #text = '';
  #reasoning = '';
  #thinkingSince: number | null = null;
  #thinkingMs: number | null;

  /** @param held What is there already; shown at once. */
  constructor(sink: AnswerSink, held: RawAnswer = { content: '', reasoning: '' }) {
    this.#thinkingMs = sink.reasoningMs;
    this.raw = { ...held };
    this.#flush = new FrameFlush(() => {
      sink.text = this.#text;
      sink.reasoning = this.#reasoning;
      sink.reasoningMs = this.#thinkingMs;
    });
    this.#reasoning = held.reasoning;
    for (const part of this.#think.split(held.content)) this.#show(part.kind, part.text);
    // Nobody measured how long that took.
    this.#thinkingSince = null;
    if (held.content !== '' || held.reasoning !== '') this.#flush.now();
  }

  /** UTF-16 units so far, as the wire counts them. */
  get sequence(): number {
    return this.raw.content.length + this.raw.reasoning.length;
  }

  take(channel: 'content' | 'reasoning', part: string): void {
    this.raw[channel] += part;
    if (channel === 'reasoning') this.#show('reasoning', part);
    else for (const { kind, text } of this.#think.split(part)) this.#show(kind, text);
    this.#flush.request();
  }

  /** No more comes: what was held back is shown, at once. */
  end(): void {
    for (const part of this.#think.rest()) this.#show(part.kind, part.text);
    this.#endThinking();
    this.#flush.now();
  }

  #show(kind: 'text' | 'reasoning', part: string): void {
    if (part === '') return;
    if (kind === 'reasoning') {
      this.#thinkingSince ??= performance.now();
      this.#reasoning += part;
    } else {
      // Blank lines between reasoning and answer are not part of the answer.
      this.#text += this.#text === '' ? part.trimStart() : part;
      if (this.#text !== '') this.#endThinking();
    }
  }

  #endThinking(): void {
    if (this.#thinkingSince !== null) this.#thinkingMs ??= performance.now() - this.#thinkingSince;
  }
}

/** Shows a whole answer in a sink. */
export function showAnswer(sink: AnswerSink, raw: RawAnswer): void {
  new AnswerText(sink, raw).end();
}
