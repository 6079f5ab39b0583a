import { loadOpenChats } from './open-chats-loader.svelte';
import { page } from './page-state.svelte';
import { accountTexts } from './shared/language/account-texts';
import { chatTexts } from './shared/language/chat-texts';
import { untilFetched } from './server-api/until-fetched';

/*
 * Screens that a signed-in reader's start does without. Their texts come with them. A screen that cannot be fetched is
 * like a server that cannot be reached.
 */
async function withTexts<Screen>(
  screen: Promise<Screen>,
  texts: Promise<void> = accountTexts.ready(),
): Promise<Screen> {
  try {
    const [loaded] = await Promise.all([screen as Promise<Screen | undefined>, texts]);
    // What stale-tab.ts takes in hand comes as nothing.
    if (loaded === undefined) throw new Error('The screen could not be fetched.');
    return loaded;
  } catch (fault) {
    page.phase = 'unreachable';
    throw fault;
  }
}

export const loadGate = () => withTexts(import('./features/access-code/GatePage.svelte'), Promise.resolve());

export const loadSignIn = () => withTexts(import('./features/sign-in/SignInPage.svelte'), Promise.resolve());

export const loadWaiting = () => withTexts(import('./features/sign-in/WaitingPage.svelte'));

export const loadAccount = () => withTexts(import('./features/account/AccountSettings.svelte'));

export function loadAdmin() {
  const screen = import('./features/admin/AdminPage.svelte');
  return withTexts(
    screen,
    screen.then(({ ready }) => ready()),
  );
}

export function loadLibrary() {
  const screen = import('./LibraryHost.svelte');
  return withTexts(
    screen,
    screen.then(({ ready }) => ready()),
  );
}

export const loadChatSettings = () =>
  withTexts(
    import('./features/chat-settings/ChatSettings.svelte'),
    Promise.all([chatTexts.ready(), loadOpenChats(false)]).then(() => {}),
  );

export const loadTemporaryNote = () => withTexts(import('./TemporaryNote.svelte'), chatTexts.ready());

/** Its texts are those of the sidebar's tools. */
export const loadFolderNote = () =>
  withTexts(
    import('./FolderNote.svelte'),
    import('./features/chat-list/tools/tools-text').then(({ ready }) => ready()),
  );

export const loadSettings = () =>
  withTexts(
    import('./features/settings/Settings.svelte'),
    import('./features/settings/settings-text').then(({ ready }) => ready()),
  );

const shareTexts = () => import('./features/share/share-text').then(({ ready }) => ready());

export const loadShared = () => withTexts(import('./features/share/SharedPage.svelte'), shareTexts());

/** Comes by itself with every chat, which is read without it too. */
export const loadChatTools = () =>
  untilFetched(() => Promise.all([import('./ChatTools.svelte'), shareTexts()]).then(([tools]) => tools));
