// Runs before the first paint, so that a dark page never flashes white. Kept apart because the CSP forbids
// inline scripts. Key and meaning as in src/shared/appearance/theme.svelte.ts and
// layout.svelte.ts.
(function () {
  var choice = null;
  var root = document.documentElement;
  try {
    choice = localStorage.getItem('theme');
    root.dataset.text = JSON.parse(localStorage.getItem('text-size')) || 'normal';
    root.toggleAttribute('data-wide', localStorage.getItem('wide-chat') === 'true');
  } catch {
    // storage is off or damaged: follow the system
  }
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';
  document.querySelector('meta[name=theme-color]').content = dark ? '#14171d' : '#f8f7f3';
})();
