// Runs before the first paint, so that a dark page never flashes white. Kept apart because the CSP forbids
// inline scripts. Key and meaning as in src/shared/appearance/theme.svelte.ts.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem('theme');
  } catch {
    // storage is off: follow the system
  }
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
