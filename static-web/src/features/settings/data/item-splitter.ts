const QUOTE = 34;
const BACKSLASH = 92;
const OPENING = new Set([91, 123]); // [ {
const CLOSING = new Set([93, 125]); // ] }
const COMMA = 44;
/** More than the largest chat that the server takes. */
const MOST_UNITS = 90_000_000;

/** An item of the list: its text, or null where it is larger than anything that could be taken. */
export type Item = string | null;

/**
 * Takes a JSON list apart while it is read, item by item, without reading the items: a broken one stays one item, and no more than
 * one is held. A single object counts as a list of one.
 */
export class ItemSplitter {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #parts: string[] = [];
  #units = 0;
  #begun = false;
  #list: 'unknown' | 'many' | 'one' | 'none' = 'unknown';
  #over = false;

  /** The items that end in this stretch of the text. */
  push(text: string): Item[] {
    const items: Item[] = [];
    let at = this.#list === 'unknown' ? this.#open(text) : 0;
    let from = at;
    for (; at < text.length && !this.#over && this.#list !== 'none'; at++) {
      const code = text.charCodeAt(at);
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (code === BACKSLASH) this.#escaped = true;
        else if (code === QUOTE) this.#inString = false;
        continue;
      }
      if (!this.#begun) {
        from = at;
        if (code <= 32 || code === COMMA) continue;
        if (code === 93) {
          this.#over = true;
          continue;
        }
        this.#begun = true;
      }
      if (code === QUOTE) this.#inString = true;
      else if (OPENING.has(code)) this.#depth++;
      else if (this.#depth === 0 && (code === COMMA || code === 93)) {
        // A bare value ends with what follows it.
        this.#keep(text.slice(from, at));
        items.push(this.#take());
        this.#over = code === 93;
      } else if (CLOSING.has(code) && --this.#depth === 0) {
        this.#keep(text.slice(from, at + 1));
        items.push(this.#take());
        this.#over = this.#list === 'one';
      }
    }
    if (this.#begun) this.#keep(text.slice(from));
    return items;
  }

  /** After the last stretch: what the text turned out to be. */
  end(): 'whole' | 'torn' | 'none' {
    if (this.#list === 'unknown' || this.#list === 'none') return 'none';
    return this.#over ? 'whole' : 'torn';
  }

  #open(text: string): number {
    const at = text.search(/[^\s\uFEFF]/);
    if (at < 0) return text.length;
    this.#list = text[at] === '[' ? 'many' : text[at] === '{' ? 'one' : 'none';
    return this.#list === 'many' ? at + 1 : at;
  }

  #keep(part: string): void {
    this.#units += part.length;
    if (this.#units <= MOST_UNITS) this.#parts.push(part);
    else this.#parts = [];
  }

  #take(): Item {
    const item = this.#units <= MOST_UNITS ? this.#parts.join('') : null;
    this.#parts = [];
    this.#units = 0;
    this.#begun = false;
    return item;
  }
}
