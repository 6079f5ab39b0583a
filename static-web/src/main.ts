import './theme/tokens.css';
import './theme/base.css';
import { mount } from 'svelte';
import { chatInAddress, shareInAddress } from './address';
import App from './App.svelte';
import { startIsDrawn } from './idle';
import { loadShared } from './lazy-screens';
import { loadOpenChats } from './open-chats-loader.svelte';
import { startShellWorker, watchDoor } from './offline-loader';
import { page } from './page-state.svelte';
import { followVisualViewport } from './shared/appearance/visual-viewport';
import { showLanguage, startLocale } from './shared/language/language.svelte';
import { rescueStaleTab } from './stale-tab';

window.addEventListener('vite:preloadError', rescueStaleTab);
// No top-level await: the bundler would put everything shared with lazy chunks into a chunk of its own.
followVisualViewport();
const languageShown = showLanguage(startLocale());
// What somebody shared is read without the page around it: no models, no chats, no sign-in, nothing kept.
const share = shareInAddress();
const begun = share === null ? null : loadShared();
if (share === null) watchDoor(() => page.link === 'silent' || page.phase === 'unreachable');
const started = share === null ? page.start() : null;
if (chatInAddress() !== null) void loadOpenChats(true);
void languageShown.then(async () => {
  const target = document.getElementById('app');
  if (target === null) throw new Error('index.html has no #app');
  const shared = await begun?.catch(() => null);
  target.replaceChildren();
  if (shared && share !== null) mount(shared.default, { target, props: { share } });
  else mount(App, { target });
  startIsDrawn();
  if (started === null) return;
  await started;
  await startShellWorker();
});
