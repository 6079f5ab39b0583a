import { ready } from '../../shared/language/attachment-texts';

/** How files of a message are shown; most chats have none. */
export async function loadFiles() {
  const [{ default: view }] = await Promise.all([import('./MessageFiles.svelte'), ready()]);
  return view;
}
