import { isZip, zipEntries } from './zip-entries';

/** A text in a chosen file: the file itself, or an entry of a ZIP file. */
export interface FileText {
  name: string;
  /** Bytes. */
  size: number;
  stream: () => Promise<ReadableStream<Uint8Array>>;
}

/** ChatGPT's export holds its chats here, in several files where there are many; the other files of it are none of ours. */
const CHATS_OF_CHATGPT = /(^|\/)conversations(-\d+)?\.json$/i;

/** The texts that may hold chats. @throws Error where a ZIP file is damaged, or packed in a way that no browser unpacks. */
export async function textsOf(file: File): Promise<FileText[]> {
  if (!(await isZip(file)))
    return [{ name: file.name, size: file.size, stream: () => Promise.resolve(file.stream()) }];
  const all = (await zipEntries(file)).filter(({ name }) => /\.json$/i.test(name));
  const named = all.filter(({ name }) => CHATS_OF_CHATGPT.test(name));
  return named.length > 0 ? named : all;
}
