import { branchOf, type PlainChat } from '../../../server-api/shares';
import { ZipFile } from '../../../shared/files/zip-file';
import { fileNameOf, markdownOf } from '../../share/markdown-of';
import { ready, t } from '../../share/share-text';
import type { ExportForm } from './export-form';

/** A ZIP file with a Markdown file for each chat: the branch that is shown, to be read. Nothing imports it. */
export async function markdownForm(): Promise<ExportForm> {
  await ready();
  const zip = new ZipFile();
  const speakers = { reader: t.shared_reader(), answer: t.shared_answer() };
  return {
    extension: 'zip',
    add: (rows) => {
      const chats = JSON.parse(rows) as (PlainChat & { updated_at: number })[];
      for (const chat of chats)
        zip.add(
          fileNameOf(chat.title, 'md'),
          markdownOf(chat.title, branchOf(chat), speakers),
          new Date(chat.updated_at * 1000),
        );
      return chats.length;
    },
    blob: () => zip.blob(),
  };
}
