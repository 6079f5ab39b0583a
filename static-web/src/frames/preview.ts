/*
 * The document of a preview: it has an origin of its own and a policy that loads nothing from anywhere (PagePolicies.cs).
 * The page sends the HTML once; in preview-live.html its scripts run, in preview.html they do not.
 */
addEventListener('message', ({ source, data }: MessageEvent<string>) => {
  if (source !== parent) return;
  document.open();
  // A refresh would leave an empty frame: the page's policy lets it go nowhere.
  document.write(data.replace(/<meta\b[^>]*http-equiv[^>]*>/gi, ''));
  document.close();
});

export {};
