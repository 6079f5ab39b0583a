// Packs a folder so that the same files give the same bytes: entries sorted by name, one fixed time, no owner.
// Unix modes are kept ("made by Unix", 0755 for what may be executed), because on Flex Consumption the package is mounted
// read-only and the Functions host cannot set the bit itself.
// Usage: node zip.mjs <folder> <file.zip>. Fits the format without ZIP64: below 65,535 files and 4 GB.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

const [folder, file] = process.argv.slice(2);
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
const MADE_BY_UNIX = (3 << 8) | 20;
/** 1980-01-01 00:00, the first moment that a zip can say. */
const [DOS_TIME, DOS_DATE] = [0, (1 << 5) | 1];

const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => !entry.isDirectory())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(join(folder, '/').length))
  .sort((a, b) => (a < b ? -1 : 1));

const parts = [];
const directory = [];
let offset = 0;
for (const name of names) {
  const path = join(folder, name);
  const content = readFileSync(path);
  const packed = deflateRawSync(content, { level: 9 });
  const mode = statSync(path).mode & 0o111 ? 0o100755 : 0o100644;
  const encoded = Buffer.from(name);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(UTF8_NAMES, 2);
  common.writeUInt16LE(DEFLATED, 4);
  common.writeUInt16LE(DOS_TIME, 6);
  common.writeUInt16LE(DOS_DATE, 8);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(encoded.length, 22);
  const entry = Buffer.alloc(46);
  entry.write('PK\x01\x02', 'latin1');
  entry.writeUInt16LE(MADE_BY_UNIX, 4);
  common.copy(entry, 6);
  entry.writeUInt32LE((mode << 16) >>> 0, 38);
  entry.writeUInt32LE(offset, 42);
  directory.push(entry, encoded);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, encoded, packed]);
  parts.push(local);
  offset += local.length;
}

const index = Buffer.concat(directory);
const end = Buffer.alloc(22);
end.write('PK\x05\x06', 'latin1');
end.writeUInt16LE(names.length, 8);
end.writeUInt16LE(names.length, 10);
end.writeUInt32LE(index.length, 12);
end.writeUInt32LE(offset, 16);
writeFileSync(file, Buffer.concat([...parts, index, end]));
