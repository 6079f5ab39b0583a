import './theme/tokens.css';
import './theme/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { page } from './page-state.svelte';
import { followVisualViewport } from './shared/appearance/visual-viewport';
import { showLanguage, startLocale } from './shared/language/language.svelte';

/** A tab from before a deployment asks for chunks that are gone: reload once, drafts and chats survive that. */
window.addEventListener('vite:preloadError', (event) => {
  event.preventDefault();
  const last = Number(sessionStorage.getItem('stale-reload') ?? 0);
  if (Date.now() - last < 60_000) return;
  sessionStorage.setItem('stale-reload', String(Date.now()));
  location.reload();
});

// No top-level await: the bundler would put everything shared with lazy chunks into a chunk of its own.
followVisualViewport();
const languageShown = showLanguage(startLocale());
void page.start();
void languageShown.then(() => {
  const target = document.getElementById('app');
  if (target === null) throw new Error('index.html has no #app');
  target.replaceChildren();
  mount(App, { target });
});
