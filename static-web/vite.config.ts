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

const api = { target: 'http://localhost:7071', changeOrigin: false };

export default defineConfig({
  plugins: [onlyWoff2(), svelte()],
  build: {
    target: 'es2022',
    manifest: true,
    // A small font turned into a data: URI is blocked by font-src 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  server: { port: 5173, proxy: { '/api': api, '/openai': api, '/v1': api } },
  // vitest: load Svelte's browser build, so that runes run outside components too
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  test: { environment: 'jsdom', include: ['src/**/*.test.ts'] },
});
