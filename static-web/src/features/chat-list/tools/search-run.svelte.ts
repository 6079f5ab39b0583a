import { wordPattern } from '../../../shared/search-words';
import { searchChats, type SearchHit } from '../../../server-api/folders';

/** Typing goes on for a moment. */
const PAUSE_MS = 200;
/** Of texts, before the reader is asked: each looks through some forty chats. */
const STRETCHES = 25;
const HITS = 60;

/** One search: titles come at once, then what stands in the texts, from the newest chat on. */
export class SearchRun {
  text = $state('');
  hits = $state.raw<SearchHit[]>([]);
  state = $state<'idle' | 'titles' | 'texts' | 'done' | 'failed'>('idle');
  /** There are chats that were not looked at. */
  rest = $state(false);
  #next: string | null = null;
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Every change begins anew; nothing to look for shows nothing. */
  type(text: string): void {
    this.text = text;
    this.stop();
    this.hits = [];
    this.rest = false;
    this.state = text.trim() === '' ? 'idle' : 'titles';
    if (this.state === 'titles') this.#timer = setTimeout(() => void this.#run(''), PAUSE_MS);
  }

  /** Goes on among older chats, or tries again. */
  goOn(): void {
    void this.#run(this.#next ?? '');
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#abort = new AbortController();
  }

  async #run(from: string): Promise<void> {
    const { signal } = this.#abort;
    const most = this.hits.length + HITS;
    this.#next = from;
    this.rest = false;
    for (let stretch = 0; this.#next !== null && stretch < STRETCHES && this.hits.length < most; stretch++) {
      this.state = this.#next.startsWith('m') ? 'texts' : 'titles';
      const found = await searchChats(this.text.trim(), this.#next, signal);
      if (signal.aborted) return;
      if ('failure' in found) {
        this.state = 'failed';
        return;
      }
      const known = new Set(this.hits.map(({ id }) => id));
      this.hits = [...this.hits, ...found.value.hits.filter(({ id }) => !known.has(id))];
      this.#next = found.value.next;
    }
    this.rest = this.#next !== null;
    this.state = 'done';
  }
}

/** The text cut at the places of the words, which are marked. Operators are no words. */
export function highlight(text: string, asked: string): { text: string; marked: boolean }[] {
  const pattern = wordPattern(asked);
  if (pattern === null) return [{ text, marked: false }];
  return text
    .split(pattern)
    .map((piece, index) => ({ text: piece, marked: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}
