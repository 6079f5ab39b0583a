// @vitest-environment node
import { File } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { ZipFile } from '../../../shared/files/zip-file';
import { textsOf } from './file-texts';
import { isZip, zipEntries } from './zip-entries';

const textOf = async (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

describe('ZIP files', () => {
  it('read what was written, names and all', async () => {
    const zip = new ZipFile();
    const changed = new Date(2024, 4, 6, 7, 8, 10);
    zip.add('Tee ☕.md', 'Grün', changed);
    zip.add('tee ☕.md', 'Schwarz', changed);
    zip.add('empty', '', changed);
    const blob = zip.blob();
    expect(await isZip(blob)).toBe(true);
    const entries = await zipEntries(blob);
    expect(entries.map(({ name, size }) => [name, size])).toEqual([
      ['Tee ☕.md', 5],
      ['tee ☕ 2.md', 7],
      ['empty', 0],
    ]);
    expect(await Promise.all(entries.map(async ({ stream }) => textOf(await stream())))).toEqual([
      'Grün',
      'Schwarz',
      '',
    ]);
  });

  it("choose a ChatGPT export's chats", async () => {
    const zip = new ZipFile();
    for (const name of ['user.json', 'chat.html', 'conversations-001.json', 'x/conversations.json'])
      zip.add(name, '[]', new Date(0));
    const texts = await textsOf(new File([zip.blob()], 'export.zip') as unknown as globalThis.File);
    expect(texts.map(({ name }) => name)).toEqual(['conversations-001.json', 'x/conversations.json']);
  });

  it('say when one is torn', async () => {
    const zip = new ZipFile();
    zip.add('a', 'text', new Date(0));
    const whole = zip.blob();
    await expect(zipEntries(whole.slice(0, whole.size - 30))).rejects.toThrow('zip');
    expect(await isZip(new Blob(['[]']))).toBe(false);
  });
});
