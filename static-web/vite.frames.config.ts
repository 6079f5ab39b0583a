import { defineConfig } from 'vite';

/*
 * The documents of sandboxed frames, built apart from the page: their origin is opaque, so nothing that the page is made
 * of may end up in a chunk that they share. Their files carry CORS headers (functions/Website), the page's do not.
 */
export default defineConfig({
  // The page's build has copied it.
  publicDir: false,
  resolve: { alias: [{ find: /^elkjs.*/, replacement: `${import.meta.dirname}/src/frames/no-elk.ts` }] },
  build: {
    target: 'es2022',
    emptyOutDir: false,
    assetsDir: 'assets/frames',
    assetsInlineLimit: 0,
    modulePreload: false,
    manifest: '.vite/frames.json',
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      input: ['diagram', 'preview', 'preview-live', 'image'].map((name) => `frames/${name}.html`),
    },
  },
});
