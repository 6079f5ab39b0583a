import type { Found } from '../../prompts/import-file';
import { ready, t } from '../../prompts/library-text';
import { library, type Imported } from '../../prompts/library.svelte';
import { newId } from '../../prompts/preset-draft';
import { troubleWords } from '../../prompts/trouble-words';
import { textsOf } from './file-texts';
import type { Shelf } from './import-run.svelte';
import { readMoved } from './read-moved';

/**
 * Reads the files, and knows the reader's prompts and presets, for what a backup has of them.
 * @param baseModel Stands under a preset that names no model.
 */
export async function libraryShelf(baseModel: string): Promise<Shelf> {
  await ready();
  const options = { baseModel, newId, exampleHeading: t.import_example_heading() };
  return { textsOf, read: (texts) => readMoved(texts, options), take };
}

async function take(found: Found[]): Promise<string[]> {
  await library.load();
  const reasons: string[] = found.map((item) => (item.kind === 'broken' ? troubleWords(item.why) : ''));
  const fresh = found.map((item, index) => ({ item, index })).filter(({ item }) => !isHere(item));
  let done: Imported[] = [];
  await library.take(
    fresh.map(({ item }) => item),
    (so) => (done = so),
  );
  for (const [place, { index }] of fresh.entries()) reasons[index] = done[place]?.reason ?? '';
  return reasons;
}

/** A second import of the same backup makes nothing twice. What is broken is none of these. */
function isHere(item: Found): boolean {
  if (item.kind === 'prompt')
    return library.prompts.some(
      ({ command, content }) => command === item.form.command && content === item.form.content,
    );
  if (item.kind === 'preset')
    return library.presets.some(
      ({ name, params }) => name === item.form.name && params.system === item.form.params.system,
    );
  return true;
}
