import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** KaTeX lists woff2, woff and ttf for every face; every browser that runs this page reads woff2. */
function onlyWoff2(): Plugin {
  return {
    name: 'only-woff2',
    enforce: 'pre',
    transform(code, id) {
      if (!/katex.*\.css(\?|$)/.test(id)) return null;
      return code.replace(/,url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)/g, '');
    },
  };
}

const START = new RegExp(
  [
    '/index\\.html$',
    '/src/main\\.ts$',
    '/ui/(?:Door|FieldFrame|PasswordField|SecretField|Segments|TextField)\\.svelte',
    '/access-code/gate\\.svelte\\.ts$',
    '/countdown\\.svelte\\.ts$',
    '/language/duration\\.ts$',
    '/sign-in/\\w+\\.svelte\\?.*type=style',
  ].join('|'),
);

/** What several screens share and is too small for a file of its own, which the start would have to name. */
const SMALL = /\/src\/.*\/(?:piece-turns|search-words|save-blob|save-file)\.ts$/;

const api = { target: 'http://localhost:7071', changeOrigin: false };

export default defineConfig({
  plugins: [onlyWoff2(), svelte()],
  build: {
    target: 'es2022',
    manifest: true,
    // A small font turned into a data: URI is blocked by font-src 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The page's start is one chunk: from three lazy screens on, what they share with it would become a chunk (and a style
    // sheet) of its own, which every start needs too (rolldown issue 10731). With it comes what sign-in and gate share with
    // other screens, each a file too small to be asked for alone.
    // The start names every file that may follow, and hashes cannot be compressed: seven characters, the least for so many files.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'index', test: START },
            { name: 'small', test: SMALL },
          ],
        },
        chunkFileNames: 'assets/[name]-[hash:7].js',
        assetFileNames: 'assets/[name]-[hash:7][extname]',
      },
    },
  },
  worker: { format: 'es' },
  // The origin of sandboxed frames is opaque: their scripts are asked for with "Origin: null".
  server: {
    port: 5173,
    cors: { origin: [/^http:\/\/(?:localhost|127\.0\.0\.1):\d+$/, 'null'] },
    proxy: { '/api': api, '/openai': api, '/v1': api },
  },
  // vitest: load Svelte's browser build, so that runes run outside components too
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  test: { environment: 'jsdom', include: ['src/**/*.test.ts'] },
});
