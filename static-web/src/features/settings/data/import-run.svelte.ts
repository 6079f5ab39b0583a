import type { Failure } from '../../../server-api/failure';
import { importPart } from '../../../server-api/move-chats';
import type { Found } from '../../prompts/import-file';
import { t } from '../settings-text';
import type { FileText } from './file-texts';
import type { ImportItem, Origin, Trouble } from './moved-items';
import type { Read, Stretch } from './read-moved';

const MOST_ITEMS = 20;
const MOST_UNITS = 4_000_000;
const MOST_MB = 90;

/** An item of the file that could not be imported: the how manyth, as far as it has one its title, and why. */
export interface FailedItem {
  number: number;
  title: string;
  reason: string;
}

/** What is in the file. */
export interface Counts {
  chats: Partial<Record<Origin, number>>;
  prompts: number;
  presets: number;
  /** Chats in which nothing was said; they are left out. */
  empty: number;
}

interface Waiting {
  number: number;
  title: string;
  units: number;
  item: ImportItem;
}

/** What reads files, and takes their prompts and presets: fetched when a file is chosen. */
export interface Shelf {
  /** @throws Error where a ZIP file is damaged. */
  textsOf: (file: File) => Promise<FileText[]>;
  read: (texts: FileText[]) => AsyncIterable<Stretch>;
  /** @returns For each, in their order, why not; empty where it was taken or is there. */
  take: (found: Found[]) => Promise<string[]>;
}

/**
 * Imports a file in two steps: looks what is in it, and, when the reader says so, sends it part by part. What is broken is left out and told, what is
 * here already is left out and counted; when the server is lost it can go on.
 */
export class ImportRun {
  state = $state<'idle' | 'looking' | 'found' | 'running' | 'done' | 'stopped'>('idle');
  counts = $state.raw<Counts>(none());
  imported = $state(0);
  /** Chats that are here already. */
  known = $state(0);
  /** Prompts and presets that are here now. */
  taken = $state(0);
  percent = $state(0);
  failed = $state.raw<FailedItem[]>([]);
  /** Why it stopped. */
  reason = $state('');
  readonly #openShelf: () => Promise<Shelf>;
  #shelf: Shelf | null = null;
  #texts: FileText[] = [];
  /** Items that are dealt with: going on begins behind them. */
  #done = 0;
  #waiting: Waiting[] = [];
  #found: { number: number; title: string; found: Found }[] = [];

  /** @param openShelf Asked when a file is chosen. */
  constructor(openShelf: () => Promise<Shelf>) {
    this.#openShelf = openShelf;
  }

  /** Whether there is something to import. */
  get any(): boolean {
    const { chats, prompts, presets } = this.counts;
    return Object.values(chats).some((count) => count > 0) || prompts > 0 || presets > 0;
  }

  /** Reads the file once, to say what is in it. */
  async look(file: File): Promise<void> {
    this.state = 'looking';
    this.#reset();
    this.#texts = [];
    this.counts = none();
    const counts = none();
    try {
      this.#shelf ??= await this.#openShelf();
    } catch {
      this.#fail(1, file.name, t.data_unreachable());
      this.state = 'found';
      return;
    }
    try {
      this.#texts = await this.#shelf.textsOf(file);
    } catch {
      this.#fail(1, file.name, t.data_import_zip());
      this.state = 'found';
      return;
    }
    for await (const { items, percent } of this.#read()) {
      for (const read of items) this.#count(read, counts);
      this.percent = percent;
    }
    this.counts = counts;
    this.state = 'found';
  }

  #read(): AsyncIterable<Stretch> {
    if (this.#shelf === null) throw new Error('Look first.');
    return this.#shelf.read(this.#texts);
  }

  #count({ number, moved }: Read, counts: Counts): void {
    if (moved.kind === 'chat') counts.chats[moved.origin] = (counts.chats[moved.origin] ?? 0) + 1;
    else if (moved.kind === 'empty') counts.empty++;
    else if (moved.kind === 'broken') this.#fail(number, moved.title, words(moved.why));
    else if (moved.found.kind === 'prompt') counts.prompts++;
    else if (moved.found.kind === 'preset') counts.presets++;
  }

  /** Imports what was found. */
  async begin(): Promise<void> {
    this.#reset();
    await this.goOn();
  }

  async goOn(): Promise<void> {
    this.state = 'running';
    this.reason = '';
    this.#waiting = [];
    const stop = await this.#run();
    this.reason = stop === null ? '' : stop.message || t.data_unreachable();
    this.state = stop === null ? 'done' : 'stopped';
  }

  forget(): void {
    this.state = 'idle';
    this.#reset();
    this.#texts = [];
    this.counts = none();
  }

  /** Returns why it could not go on to the end. */
  async #run(): Promise<Failure | null> {
    for await (const { items, percent } of this.#read()) {
      for (const read of items) {
        if (read.number <= this.#done) continue;
        this.#take(read);
        const full =
          this.#waiting.length >= MOST_ITEMS ||
          this.#waiting.reduce((sum, { units }) => sum + units, 0) >= MOST_UNITS;
        const failure = full ? await this.#send() : null;
        if (failure) return failure;
      }
      this.percent = percent;
    }
    const failure = await this.#send();
    if (failure) return failure;
    await this.#takeFound();
    return null;
  }

  #take({ number, units, moved }: Read): void {
    const { title } = moved;
    if (moved.kind === 'chat') this.#waiting.push({ number, title, units, item: moved.item });
    else if (moved.kind === 'broken') this.#fail(number, title, words(moved.why));
    else if (moved.kind === 'found' && !this.#found.some((each) => each.number === number))
      this.#found.push({ number, title, found: moved.found });
  }

  /** Sends what waits. Returns the failure that ends the run: one of the way, not of an item. */
  async #send(): Promise<Failure | null> {
    const sending = this.#waiting;
    this.#waiting = [];
    if (sending.length === 0) return null;
    const outcome = await importPart(sending.map(({ item }) => item));
    if ('value' in outcome) {
      const { imported, known, failed } = outcome.value;
      this.imported += imported.length;
      this.known += known.length;
      for (const { index, detail } of failed) {
        const item = sending[index];
        if (item) this.#fail(item.number, item.title, detail);
      }
      this.#done = sending.at(-1)?.number ?? this.#done;
      return null;
    }
    const { failure } = outcome;
    if (![400, 413, 422].includes(failure.status)) return failure;
    const [only] = sending;
    if (sending.length === 1 && only) {
      this.#fail(only.number, only.title, failure.message);
      this.#done = only.number;
      return null;
    }
    // Something in it is not even to be read: one by one.
    for (const item of sending) {
      this.#waiting = [item];
      const ended = await this.#send();
      if (ended) return ended;
    }
    return null;
  }

  /** Prompts and presets come last; a file has few of them. */
  async #takeFound(): Promise<void> {
    const found = this.#found;
    this.#found = [];
    if (found.length === 0) return;
    const reasons = (await this.#shelf?.take(found.map((each) => each.found))) ?? [];
    for (const [index, { number, title }] of found.entries()) {
      const reason = reasons[index] ?? '';
      if (reason === '') this.taken++;
      else this.#fail(number, title, reason);
    }
  }

  /** Going on reads the file anew, and meets what is broken anew. */
  #fail(number: number, title: string, reason: string): void {
    if (this.failed.some((item) => item.number === number)) return;
    this.failed = [...this.failed, { number, title, reason }];
  }

  #reset(): void {
    this.#done = 0;
    this.#found = [];
    this.imported = 0;
    this.known = 0;
    this.taken = 0;
    this.percent = 0;
    this.failed = [];
  }
}

function none(): Counts {
  return { chats: {}, prompts: 0, presets: 0, empty: 0 };
}

function words(why: Trouble): string {
  if (typeof why === 'object') return t.data_import_no_json({ reason: why.json });
  return {
    no_chat: () => t.data_import_no_chat(),
    no_messages: () => t.data_import_no_messages(),
    no_list: () => t.data_import_no_list(),
    torn: () => t.data_import_torn(),
    too_big: () => t.data_import_too_big({ size: MOST_MB }),
    zip: () => t.data_import_zip(),
  }[why]();
}
