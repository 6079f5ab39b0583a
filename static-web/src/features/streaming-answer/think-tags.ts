export interface AnswerPart {
  kind: 'text' | 'reasoning';
  text: string;
}

const OPEN = '<think>';
const CLOSE = '</think>';

/**
 * Some servers (vLLM or llama.cpp without a reasoning parser) send the reasoning inside the text, as one
 * <think>…</think> at its very beginning. Splits it off, whatever the chunk boundaries; a tag anywhere else is text.
 */
export class ThinkTags {
  #state: 'before' | 'inside' | 'after' = 'before';
  #held = '';

  split(chunk: string): AnswerPart[] {
    if (this.#state === 'after') return [{ kind: 'text', text: chunk }];
    this.#held += chunk;
    if (this.#state === 'before' && !this.#enter()) return [];
    return this.#state === 'inside' ? this.#inside() : this.#release('text');
  }

  /** What is still held back when the stream has ended. */
  rest(): AnswerPart[] {
    return this.#release(this.#state === 'inside' ? 'reasoning' : 'text');
  }

  /** False while it cannot be told yet whether the answer begins with the tag. */
  #enter(): boolean {
    const start = this.#held.trimStart();
    if (start.length < OPEN.length && OPEN.startsWith(start)) return false;
    this.#state = start.startsWith(OPEN) ? 'inside' : 'after';
    if (this.#state === 'inside') this.#held = start.slice(OPEN.length);
    return true;
  }

  #inside(): AnswerPart[] {
    const close = this.#held.indexOf(CLOSE);
    if (close >= 0) {
      const reasoning = this.#held.slice(0, close);
      this.#held = this.#held.slice(close + CLOSE.length);
      this.#state = 'after';
      return [{ kind: 'reasoning', text: reasoning }, ...this.#release('text')];
    }
    let keep = Math.min(CLOSE.length - 1, this.#held.length);
    while (keep > 0 && !CLOSE.startsWith(this.#held.slice(-keep))) keep--;
    const reasoning = this.#held.slice(0, this.#held.length - keep);
    this.#held = this.#held.slice(this.#held.length - keep);
    return [{ kind: 'reasoning', text: reasoning }];
  }

  #release(kind: AnswerPart['kind']): AnswerPart[] {
    const text = this.#held;
    this.#held = '';
    return text === '' ? [] : [{ kind, text }];
  }
}
