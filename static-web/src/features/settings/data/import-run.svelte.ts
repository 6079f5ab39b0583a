import type { Failure } from '../../../server-api/failure';
import { importPart } from '../../../server-api/move-chats';
import { t } from '../settings-text';
import { ItemSplitter, type Item } from './item-splitter';

const MOST_ITEMS = 20;
const MOST_UNITS = 4_000_000;
const MOST_MB = 90;

/** A chat of the file that could not be imported: the how manyth, as far as it has one its title, and why. */
export interface FailedItem {
  number: number;
  title: string;
  reason: string;
}

interface Read {
  number: number;
  title: string;
  units: number;
  chat: object;
}

/** Imports a file of chats part by part. What is broken is left out and told; when the server is lost it can go on. */
export class ImportRun {
  state = $state<'idle' | 'running' | 'done' | 'stopped'>('idle');
  imported = $state(0);
  percent = $state(0);
  failed = $state.raw<FailedItem[]>([]);
  /** Why it stopped. */
  reason = $state('');
  #file: File | null = null;
  /** Items that are dealt with: going on begins behind them. */
  #done = 0;
  #waiting: Read[] = [];

  async start(file: File): Promise<void> {
    this.#file = file;
    this.#done = 0;
    this.imported = 0;
    this.failed = [];
    await this.goOn();
  }

  async goOn(): Promise<void> {
    if (this.#file === null) return;
    this.state = 'running';
    this.reason = '';
    this.#waiting = [];
    const stop = await this.#read(this.#file);
    this.reason = stop ?? '';
    this.state = stop === null ? 'done' : 'stopped';
  }

  /** Returns why it could not go on to the end. */
  async #read(file: File): Promise<string | null> {
    const splitter = new ItemSplitter();
    const decoder = new TextDecoder();
    let [bytes, number] = [0, 0];
    const reader = file.stream().getReader();
    for (;;) {
      const { value, done } = await reader.read();
      bytes += value?.length ?? 0;
      for (const item of splitter.push(decoder.decode(value, { stream: !done }))) {
        if (++number <= this.#done) continue;
        this.#take(item, number);
        const full =
          this.#waiting.length >= MOST_ITEMS ||
          this.#waiting.reduce((sum, { units }) => sum + units, 0) >= MOST_UNITS;
        const failure = full ? await this.#send() : null;
        if (failure) {
          await reader.cancel();
          return failure.message || t.data_unreachable();
        }
      }
      this.percent = Math.round((bytes / Math.max(1, file.size)) * 100);
      if (done) break;
    }
    const failure = await this.#send();
    if (failure) return failure.message || t.data_unreachable();
    const end = splitter.end();
    if (end === 'none') this.#fail(1, '', t.data_import_no_list());
    else if (end === 'torn') this.#fail(number + 1, '', t.data_import_torn());
    return null;
  }

  #take(item: Item, number: number): void {
    if (item === null) {
      this.#fail(number, '', t.data_import_too_big({ size: MOST_MB }));
      return;
    }
    try {
      const row: unknown = JSON.parse(item);
      const read = chatOf(row);
      if (read === null) this.#fail(number, titleOf(row), t.data_import_no_chat());
      else this.#waiting.push({ number, title: titleOf(row), units: item.length, chat: read });
    } catch (fault) {
      this.#fail(number, '', t.data_import_no_json({ reason: fault instanceof Error ? fault.message : '' }));
    }
  }

  /** Sends what waits. Returns the failure that ends the run: one of the way, not of an item. */
  async #send(): Promise<Failure | null> {
    const sending = this.#waiting;
    this.#waiting = [];
    if (sending.length === 0) return null;
    const outcome = await importPart(sending.map(({ chat }) => chat));
    if ('value' in outcome) {
      this.imported += outcome.value.imported.length;
      for (const { index, detail } of outcome.value.failed) {
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

  #fail(number: number, title: string, reason: string): void {
    this.failed = [...this.failed, { number, title, reason }];
  }
}

/** A row of an export, or the chat alone, as old exports have it; null for anything else. */
function chatOf(row: unknown): object | null {
  if (typeof row !== 'object' || row === null) return null;
  const { chat, meta, pinned, archived, created_at, updated_at } = row as Record<string, unknown>;
  if (typeof chat === 'object' && chat !== null) {
    return { chat, meta: meta ?? undefined, pinned, archived, created_at, updated_at };
  }
  return 'history' in row || ('messages' in row && !('mapping' in row)) ? { chat: row } : null;
}

function titleOf(row: unknown): string {
  const title = typeof row === 'object' && row !== null && 'title' in row ? row.title : '';
  return typeof title === 'string' ? title : '';
}
