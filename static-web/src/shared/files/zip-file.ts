/*
 * Writes a ZIP file (APPNOTE.TXT 6.3.10 of PKWARE, section 4.3): entries as they are, not deflated, names in UTF-8. It grows as a list of blobs, which
 * a browser may keep on its disk.
 */
const VERSION = 20;
const UTF8_NAMES = 0x0800;
const MOST_ENTRIES = 65_535;
const MOST_BYTES = 0xffffffff;

export class ZipFile {
  readonly #parts: Blob[] = [];
  readonly #directory: Uint8Array<ArrayBuffer>[] = [];
  readonly #names = new Set<string>();
  #bytes = 0;

  /**
   * @param name A name that is taken gets a number.
   * @throws RangeError where there are more entries, or more bytes, than the format counts.
   */
  add(name: string, text: string, changed: Date): void {
    const bytes = new TextEncoder().encode(text);
    const named = new TextEncoder().encode(this.#free(name));
    if (this.#directory.length >= MOST_ENTRIES || this.#bytes + bytes.length + named.length + 30 > MOST_BYTES)
      throw new RangeError('zip: full');
    const { date, time } = dosTime(changed);
    const common = [VERSION, UTF8_NAMES, 0, time, date];
    const sizes = [crc32(bytes), bytes.length, bytes.length];
    const local = record(0x04034b50, [common, sizes, [named.length, 0]], named);
    this.#directory.push(
      record(0x02014b50, [[VERSION, ...common], sizes, [named.length, 0, 0, 0, 0], [0, this.#bytes]], named),
    );
    this.#parts.push(new Blob([local, bytes]));
    this.#bytes += local.length + bytes.length;
  }

  get count(): number {
    return this.#directory.length;
  }

  blob(): Blob {
    const size = this.#directory.reduce((sum, { length }) => sum + length, 0);
    const count = this.#directory.length;
    const end = record(0x06054b50, [[0, 0, count, count], [size, this.#bytes], [0]], new Uint8Array());
    return new Blob([...this.#parts, ...this.#directory, end], { type: 'application/zip' });
  }

  #free(name: string): string {
    const [, stem = name, extension = ''] = /^(.*?)(\.[^.]*)?$/s.exec(name) ?? [];
    let free = name;
    for (let at = 2; this.#names.has(free.toLowerCase()); at++) free = `${stem} ${at}${extension}`;
    this.#names.add(free.toLowerCase());
    return free;
  }
}

/** @param groups Numbers of 16 bits and of 32, in turns, little-endian. */
function record(mark: number, groups: number[][], tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = groups.reduce((sum, group, at) => sum + group.length * (at % 2 ? 4 : 2), 4);
  const bytes = new Uint8Array(size + tail.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, mark, true);
  let place = 4;
  for (const [at, group] of groups.entries())
    for (const number of group) {
      if (at % 2) view.setUint32(place, number, true);
      else view.setUint16(place, number, true);
      place += at % 2 ? 4 : 2;
    }
  bytes.set(tail, place);
  return bytes;
}

/** MS-DOS has no years before 1980, and even seconds. */
function dosTime(at: Date): { date: number; time: number } {
  const year = Math.min(2107, Math.max(1980, at.getFullYear()));
  return {
    date: ((year - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate(),
    time: (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1),
  };
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let code = byte;
  for (let bit = 0; bit < 8; bit++) code = code & 1 ? (code >>> 1) ^ 0xedb88320 : code >>> 1;
  return code;
});

function crc32(bytes: Uint8Array): number {
  let code = 0xffffffff;
  for (const byte of bytes) code = (CRC_TABLE[(code ^ byte) & 255] ?? 0) ^ (code >>> 8);
  return (code ^ 0xffffffff) >>> 0;
}
