/*
 * Reads a ZIP file out of its directory (APPNOTE.TXT 6.3.10 of PKWARE, sections 4.3 and 4.5), slice by slice: nothing of it is held but the
 * directory. Stored and deflated entries, sizes of 64 bits; no encryption, no parts on several disks.
 */
const END = 0x06054b50;
const END_64_PLACE = 0x07064b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LOCAL_BYTES = 30;
const MOST_COMMENT = 65_535;
const MOST_DIRECTORY = 64 * 1024 * 1024;
const UNKNOWN_32 = 0xffffffff;
const DEFLATED = 8;

export interface ZipEntry {
  name: string;
  /** Unpacked bytes. */
  size: number;
  /** The unpacked bytes, from the beginning. */
  stream: () => Promise<ReadableStream<Uint8Array>>;
}

export const isZip = async (file: Blob): Promise<boolean> => {
  const view = await viewOf(file, 0, 4);
  return view.byteLength === 4 && (view.getUint32(0, true) === LOCAL || view.getUint32(0, true) === END);
};

/** @throws Error with a word on what is wrong, where it is no ZIP file or a damaged one. */
export async function zipEntries(file: Blob): Promise<ZipEntry[]> {
  const { start, bytes } = await directoryOf(file);
  if (bytes > MOST_DIRECTORY || start + bytes > file.size) throw new Error('zip: directory');
  const view = await viewOf(file, start, bytes);
  const entries: ZipEntry[] = [];
  for (let at = 0; at + 46 <= view.byteLength && view.getUint32(at, true) === ENTRY;) {
    const [names, extras, comments] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const next = at + 46 + (names ?? 0) + (extras ?? 0) + (comments ?? 0);
    if (next > view.byteLength) throw new Error('zip: directory');
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, names));
    const wide = wideOf(view, at + 46 + (names ?? 0), extras ?? 0);
    const sizes = [24, 20, 42].map((field) => {
      const size = view.getUint32(at + field, true);
      return size === UNKNOWN_32 ? wide() : size;
    });
    const [size = 0, packed = 0, place = 0] = sizes;
    const encrypted = (view.getUint16(at + 8, true) & 1) === 1;
    const method = view.getUint16(at + 10, true);
    entries.push({ name, size, stream: () => unpack(file, place, packed, encrypted ? -1 : method) });
    at = next;
  }
  return entries;
}

/** The end record stands before a comment, of which nobody knows how long it is. */
async function directoryOf(file: Blob): Promise<{ start: number; bytes: number }> {
  const from = Math.max(0, file.size - END_BYTES - MOST_COMMENT);
  const tail = await viewOf(file, from, file.size - from);
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    const [bytes, start] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
    if (start !== UNKNOWN_32 && bytes !== UNKNOWN_32) return { start, bytes };
    if (at < 20 || tail.getUint32(at - 20, true) !== END_64_PLACE) break;
    const wide = await viewOf(file, Number(tail.getBigUint64(at - 12, true)), 56);
    if (wide.byteLength < 56 || wide.getUint32(0, true) !== END_64) break;
    return { start: Number(wide.getBigUint64(48, true)), bytes: Number(wide.getBigUint64(40, true)) };
  }
  throw new Error('zip: end');
}

/** The wide numbers of an entry, in the order of the narrow ones that stand for them. */
function wideOf(view: DataView, from: number, bytes: number): () => number {
  let at = from;
  while (at + 4 <= from + bytes && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true);
  at += 4;
  return () => {
    if (at + 8 > from + bytes) throw new Error('zip: sizes');
    at += 8;
    return Number(view.getBigUint64(at - 8, true));
  };
}

async function unpack(
  file: Blob,
  place: number,
  packed: number,
  method: number,
): Promise<ReadableStream<Uint8Array>> {
  const local = await viewOf(file, place, LOCAL_BYTES);
  if (local.byteLength < LOCAL_BYTES || local.getUint32(0, true) !== LOCAL) throw new Error('zip: entry');
  const start = place + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
  const stream = file.slice(start, start + packed).stream();
  if (method === 0) return stream;
  if (method !== DEFLATED) throw new Error('zip: method');
  return stream.pipeThrough(new DecompressionStream('deflate-raw'));
}

const viewOf = async (file: Blob, start: number, bytes: number): Promise<DataView> =>
  new DataView(await file.slice(start, start + bytes).arrayBuffer());
