const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
/** More than the largest chat that the server takes. */
const MOST_UNITS = 90_000_000;

/** A piece of a JSON text. */
export interface Piece {
  /** The names that lead to the list or object in which it stands; empty for an element of the list that the text is. */
  under: string;
  /** Its name there; empty in a list. */
  name: string;
  /** As it stands in the file, not looked at; null where it is larger than anything that could be taken. */
  text: string | null;
}

/** Into what of an object to go, by the names that lead there ("store/list"); everything else stays one piece. */
export type GoesInto = (path: string) => boolean;

/** A list or an object that is gone into. */
interface Level {
  path: string;
  closing: number;
  /** Of the value that comes next; null in an object as long as its name was not read. */
  name: string | null;
}

/**
 * Takes a JSON text apart while it is read, piece by piece, without reading the pieces: a broken one stays one piece, and no more than
 * one is held. A list gives its elements, an object its fields; what is gone into gives its own in their place.
 */
export class JsonPieces {
  readonly #goesInto: GoesInto;
  readonly #levels: Level[] = [];
  #state: 'before' | 'in' | 'over' | 'none' = 'before';
  /** Inside a piece: how deep, whether in a string, whether behind a backslash. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  #begun = false;
  #parts: string[] = [];
  #units = 0;

  /** What the text is, as soon as it has begun. */
  root: 'list' | 'object' | 'unknown' = 'unknown';

  constructor(goesInto: GoesInto = () => false) {
    this.#goesInto = goesInto;
  }

  /** The pieces that end in this stretch of the text. */
  push(text: string): Piece[] {
    const pieces: Piece[] = [];
    let at = this.#state === 'before' ? this.#open(text) : 0;
    let from = at;
    for (; at < text.length && this.#state === 'in'; at++) {
      const code = text.charCodeAt(at);
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (code === BACKSLASH) this.#escaped = true;
        else if (code === QUOTE) this.#inString = false;
        continue;
      }
      const level = this.#levels.at(-1);
      if (!level) break;
      if (!this.#begun) {
        from = at;
        if (code <= 32 || code === COMMA || code === COLON) continue;
        if (code === level.closing) {
          this.#leave();
          continue;
        }
        if (level.name !== null && this.#enter(level, code)) continue;
        this.#begun = true;
      }
      if (code === QUOTE) this.#inString = true;
      else if (code === OPEN_LIST || code === OPEN_OBJECT) this.#depth++;
      else if (this.#depth > 0) {
        if ((code === CLOSE_LIST || code === CLOSE_OBJECT) && --this.#depth === 0) {
          this.#keep(text.slice(from, at + 1));
          this.#end(level, pieces);
        }
      } else if (level.name === null && code === COLON) {
        this.#keep(text.slice(from, at));
        level.name = nameOf(this.#take());
      } else if (code === COMMA || code === level.closing) {
        // A bare value ends with what follows it.
        this.#keep(text.slice(from, at));
        this.#end(level, pieces);
        if (code === level.closing) this.#leave();
      }
    }
    if (this.#begun) this.#keep(text.slice(from));
    return pieces;
  }

  /** After the last stretch: what the text turned out to be. */
  end(): 'whole' | 'torn' | 'none' {
    if (this.#state === 'before' || this.#state === 'none') return 'none';
    return this.#state === 'over' ? 'whole' : 'torn';
  }

  #open(text: string): number {
    const at = text.search(/[^\s\uFEFF]/);
    if (at < 0) return text.length;
    const code = text.charCodeAt(at);
    this.#state = code === OPEN_LIST || code === OPEN_OBJECT ? 'in' : 'none';
    this.root = code === OPEN_LIST ? 'list' : code === OPEN_OBJECT ? 'object' : 'unknown';
    if (this.#state === 'in') this.#descend('', code);
    return at + 1;
  }

  #descend(path: string, opening: number): void {
    const isList = opening === OPEN_LIST;
    this.#levels.push({ path, closing: isList ? CLOSE_LIST : CLOSE_OBJECT, name: isList ? '' : null });
  }

  /** Whether the value that begins here is one to go into. */
  #enter(level: Level, code: number): boolean {
    if (code !== OPEN_LIST && code !== OPEN_OBJECT) return false;
    const path = level.path === '' ? (level.name ?? '') : `${level.path}/${level.name}`;
    if (path === '' || !this.#goesInto(path)) return false;
    if (level.closing === CLOSE_OBJECT) level.name = null;
    this.#descend(path, code);
    return true;
  }

  #leave(): void {
    this.#levels.pop();
    if (this.#levels.length === 0) this.#state = 'over';
  }

  #end(level: Level, pieces: Piece[]): void {
    pieces.push({ under: level.path, name: level.name ?? '', text: this.#take() });
    if (level.closing === CLOSE_OBJECT) level.name = null;
  }

  #keep(part: string): void {
    this.#units += part.length;
    if (this.#units <= MOST_UNITS) this.#parts.push(part);
    else this.#parts = [];
  }

  #take(): string | null {
    const text = this.#units <= MOST_UNITS ? this.#parts.join('') : null;
    this.#parts = [];
    this.#units = 0;
    this.#begun = false;
    return text;
  }
}

function nameOf(text: string | null): string {
  try {
    const name: unknown = JSON.parse(text ?? '""');
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}
