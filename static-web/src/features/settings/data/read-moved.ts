import { readMask, readPrompt, type ImportOptions } from '../../prompts/import-file';
import type { FileText } from './file-texts';
import { fromChatGpt } from './from-chatgpt';
import { fromNextChat } from './from-nextchat';
import { fromOpenWebUi } from './from-open-webui';
import { JsonPieces, type Piece } from './json-pieces';
import { broken, isFields, type Moved } from './moved-items';

const SESSIONS = 'chat-next-web-store/sessions';
const MASKS = 'mask-store/masks';
const PROMPTS = 'prompt-store/prompts';
/** `chats`: what a program sends to our own import. */
const LISTS = [SESSIONS, MASKS, PROMPTS, 'chats'];
const WAYS = [...LISTS, ...LISTS.map((list) => list.split('/')[0] ?? list)];

/** An item of the file: the how manyth, and how many units it takes. */
export interface Read {
  number: number;
  units: number;
  moved: Moved;
}

/** What a stretch of the file held. */
export interface Stretch {
  items: Read[];
  /** Of the file, up to here. */
  percent: number;
}

/**
 * Reads the items of a file while it comes, so that one item is held at a time. Where a text begins with a list, its elements are items; of an
 * object, NextChat's backup, those of its stores; any other object is one item.
 */
export async function* readMoved(texts: FileText[], options: ImportOptions): AsyncGenerator<Stretch> {
  const all = texts.reduce((sum, { size }) => sum + size, 0);
  let [bytes, number] = [0, 0];
  const numbered = (moved: Moved | null, units: number): Read[] =>
    moved === null ? [] : [{ number: ++number, units, moved }];
  if (texts.length === 0) yield { items: numbered(broken('', 'no_list'), 0), percent: 100 };
  for (const text of texts) {
    const pieces = new JsonPieces((path) => WAYS.includes(path));
    const rest: Piece[] = [];
    let stores = false;
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    try {
      const decoder = new TextDecoder();
      reader = (await text.stream()).getReader();
      for (let done = false; !done;) {
        const stretch = await reader.read();
        done = stretch.done;
        bytes += stretch.value?.length ?? 0;
        const items: Read[] = [];
        for (const piece of pieces.push(decoder.decode(stretch.value, { stream: !done }))) {
          if (pieces.root === 'object' && !LISTS.includes(piece.under)) rest.push(piece);
          else {
            stores = true;
            items.push(...numbered(read(piece, options), piece.text?.length ?? 0));
          }
        }
        yield { items, percent: Math.min(100, Math.round((bytes / Math.max(1, all)) * 100)) };
      }
    } catch {
      // Damaged, or changed on the disk meanwhile.
      yield { items: numbered(broken(text.name, 'zip'), 0), percent: 100 };
      continue;
    } finally {
      void reader?.cancel().catch(() => {});
    }
    const end = pieces.end();
    const single = pieces.root === 'object' && !stores && end === 'whole' ? wholeOf(rest, options) : null;
    const items = numbered(
      single,
      rest.reduce((sum, { text }) => sum + (text?.length ?? 0), 0),
    );
    if (end !== 'whole') items.push(...numbered(broken('', end === 'none' ? 'no_list' : 'torn'), 0));
    yield { items, percent: 100 };
  }
}

function wholeOf(fields: Piece[], options: ImportOptions): Moved | null {
  if (fields.some(({ text }) => text === null)) return broken('', 'too_big');
  const text = fields.map(({ name, text }) => `${JSON.stringify(name)}:${text}`).join(',');
  return read({ under: '', name: '', text: `{${text}}` }, options);
}

/** Null: what NextChat itself brings along. */
function read({ under, text }: Piece, options: ImportOptions): Moved | null {
  if (text === null) return broken('', 'too_big');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (fault) {
    return broken('', { json: fault instanceof Error ? fault.message : '' });
  }
  if (under === SESSIONS) return fromNextChat(value);
  if (!isFields(value)) return broken('', 'no_chat');
  if (under === MASKS || under === PROMPTS) {
    if (value.builtin === true || value.isUser === false) return null;
    const found = under === MASKS ? readMask(value, options) : readPrompt(value);
    return { kind: 'found', title: found.label, found };
  }
  return 'mapping' in value ? fromChatGpt(value) : fromOpenWebUi(value);
}
