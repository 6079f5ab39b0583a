const FORGET_AFTER_MS = 700;

/** Typed letters as a way to the next name that begins with them; after a short rest they begin anew. */
export class TypeAhead {
  #text = '';
  #at = 0;
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  isLetter(event: KeyboardEvent): boolean {
    return event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey;
  }

  /** The id that the letter leads to; undefined when no name begins so. One letter again and again goes from name to name. */
  next(letter: string, names: { id: string; name: string }[], activeId: string): string | undefined {
    const now = this.#now();
    if (now - this.#at > FORGET_AFTER_MS) this.#text = '';
    this.#at = now;
    this.#text += letter.toLowerCase();
    const one = [...this.#text].every((each) => each === this.#text[0]) ? (this.#text[0] ?? '') : this.#text;
    const at = names.findIndex(({ id }) => id === activeId);
    const from = one.length === 1 ? at + 1 : Math.max(0, at);
    const order = [...names.slice(from), ...names.slice(0, from)];
    return order.find(({ name }) => name.toLowerCase().startsWith(one))?.id;
  }
}
