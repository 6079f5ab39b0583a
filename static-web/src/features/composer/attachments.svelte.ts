import type { FileRef } from '../../server-api/chats';
import { uploadFile } from '../../server-api/files';
import { t } from '../../shared/language/attachment-texts';
import { readDraftFiles, writeDraftFiles } from './drafts';
import { shrinkImage } from './shrink-image';
import type { Extras } from './suggestions';

const MAX_TEXT_BYTES = 2 * 1024 * 1024;
const DEFAULT_LIMITS = { max_size: 10, max_count: 20, image_compression: { width: 2048, height: 2048 } };

/** A file of the message that is being written. */
export class Attachment {
  readonly key = crypto.getRandomValues(new Uint32Array(2)).join('-');
  readonly name: string;
  readonly isImage: boolean;
  /** Shown as a small picture. */
  preview = $state('');
  state = $state<'uploading' | 'ready' | 'failed'>('uploading');
  progress = $state(0);
  /** What went wrong, or what was done to it. */
  note = $state('');
  /** Whether trying again makes sense. */
  canRetry = $state(false);
  /** A long paste: it can still become part of the text. */
  pasted = '';
  ref: FileRef | null = null;
  readonly file: File | null;
  readonly abort = new AbortController();

  constructor(file: File | null, ref: FileRef | null = null) {
    this.file = file;
    this.ref = ref;
    this.name = ref?.name ?? file?.name ?? '';
    this.isImage = ref
      ? ref.type === 'image'
      : (file?.type.startsWith('image/') ?? false) && file?.type !== 'image/svg+xml';
    if (ref) this.state = 'ready';
    if (this.isImage) this.preview = ref?.url ?? (file ? URL.createObjectURL(file) : '');
  }

  fail(note: string, canRetry = false): void {
    this.state = 'failed';
    this.note = note;
    this.canRetry = canRetry;
  }
}

/** What is attached, for each chat that was open: an upload goes on while another chat is shown. */
export class Attachments {
  items = $state.raw<Attachment[]>([]);
  readonly #byChat = new Map<string | null, Attachment[]>();
  #chatId: string | null = null;
  readonly #extras: () => Extras;

  constructor(extras: () => Extras) {
    this.#extras = extras;
  }

  get waits(): boolean {
    return this.items.some(({ state }) => state !== 'ready');
  }

  show(chatId: string | null): void {
    this.#chatId = chatId;
    const known = this.#byChat.get(chatId);
    this.items = known?.length ? known : readDraftFiles(chatId).map((ref) => new Attachment(null, ref));
    this.#byChat.set(chatId, this.items);
  }

  add(files: File[], pasted = ''): void {
    const { max_count } = this.#extras().limits ?? DEFAULT_LIMITS;
    for (const file of files) {
      const item = new Attachment(file);
      item.pasted = pasted;
      this.#set(this.#chatId, [...this.items, item]);
      if (this.items.length > max_count) item.fail(t.attach_too_many({ count: max_count }));
      else void this.#send(this.#chatId, item);
    }
  }

  retry(item: Attachment): void {
    item.state = 'uploading';
    void this.#send(this.#chatId, item);
  }

  remove(item: Attachment): void {
    item.abort.abort();
    if (item.file && item.preview) URL.revokeObjectURL(item.preview);
    this.#set(
      this.#chatId,
      this.items.filter((each) => each !== item),
    );
  }

  /** Hands the files over to a message. */
  take(): FileRef[] {
    const refs = this.items.flatMap(({ ref }) => ref ?? []);
    this.#set(this.#chatId, []);
    return refs;
  }

  #set(chatId: string | null, items: Attachment[]): void {
    this.#byChat.set(chatId, items);
    if (chatId === this.#chatId) this.items = items;
    // A picture inside the address would not fit into what a browser keeps.
    writeDraftFiles(
      chatId,
      items.flatMap(({ ref }) => (ref?.id ? ref : [])),
    );
  }

  async #send(chatId: string | null, item: Attachment): Promise<void> {
    const { file } = item;
    if (file === null) return;
    const { max_size, image_compression } = this.#extras().limits ?? DEFAULT_LIMITS;
    const { blob, name, sizes } = item.isImage
      ? await shrinkImage(file, image_compression.width, image_compression.height)
      : { blob: file, name: file.name, sizes: null };
    const maxBytes = item.isImage ? max_size * 1024 * 1024 : Math.min(MAX_TEXT_BYTES, max_size * 1024 * 1024);
    if (blob.size > maxBytes) return item.fail(t.attach_too_large({ size: maxBytes / 1024 / 1024 }));
    if (sizes)
      item.note = t.attach_shrunk({ before: `${sizes[0]}×${sizes[1]}`, after: `${sizes[2]}×${sizes[3]}` });
    if (!this.#extras().uploads) {
      item.ref = await inline(blob, name, item.isImage);
      if (item.ref === null) return item.fail(t.attach_unsupported());
    } else {
      const outcome = await uploadFile(blob, name, (share) => (item.progress = share), item.abort.signal);
      if (item.abort.signal.aborted) return;
      if ('failure' in outcome) {
        const { status, message } = outcome.failure;
        if (status === 415) item.fail(t.attach_unsupported());
        else if (status === 413 && outcome.failure.type !== 'files_full')
          item.fail(t.attach_too_large({ size: maxBytes / 1024 / 1024 }));
        else item.fail(message || t.attach_failed(), status !== 413);
        return;
      }
      item.ref = outcome.file;
    }
    item.state = 'ready';
    this.#set(chatId, this.#byChat.get(chatId) ?? []);
  }
}

/** For chats that no server keeps: the file inside its address. Null for what is neither picture nor text. */
async function inline(blob: Blob, name: string, isImage: boolean): Promise<FileRef | null> {
  if (isImage) {
    const url = await new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onloadend = () => resolve(typeof reader.result === 'string' ? reader.result : '');
      reader.readAsDataURL(blob);
    });
    return /^data:image\/(png|jpeg|gif|webp);/.test(url)
      ? { type: 'image', id: '', name, url, size: blob.size }
      : null;
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await blob.arrayBuffer());
    if (text.includes('\0')) return null;
    const fence = '`'.repeat(Math.max(3, ...(text.match(/`+/g) ?? []).map(({ length }) => length + 1)));
    const url = `data:text/plain,${encodeURIComponent(`File: ${name}\n${fence}\n${text}\n${fence}`)}`;
    return { type: 'file', id: '', name, url, size: blob.size };
  } catch {
    return null;
  }
}
