import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const features = [
  'access-code',
  'account',
  'admin',
  'banners',
  'chat-list',
  'composer',
  'conversation',
  'markdown',
  'model-picker',
  'offline',
  'prompts',
  'settings',
  'share',
  'sign-in',
  'streaming-answer',
];
/**
 * The exceptions to "a feature imports no other feature": newcomers are asked for the code; an admin's text is Markdown; a backup holds prompts and
 * presets beside chats, and an export is what is shared.
 */
const mayImport = {
  admin: ['banners'],
  banners: ['markdown'],
  conversation: ['markdown', 'streaming-answer'],
  settings: ['prompts', 'share'],
  share: ['markdown'],
  'sign-in': ['access-code', 'markdown'],
};

const borders = features.map((feature) => ({
  files: [`src/features/${feature}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: features
          .filter((other) => other !== feature && !(mayImport[feature] ?? []).includes(other))
          .map((other) => ({
            group: [`../${other}/**`, `../../${other}/**`],
            message: 'A feature imports no other feature.',
          })),
      },
    ],
  },
}));

export default ts.config(
  { ignores: ['dist/', 'src/messages/', 'node_modules/'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      'no-eval': 'error',
      // What reaches {@html} is a TrustedHTML made by features/markdown/sanitise.ts; a bare string throws.
      'svelte/no-at-html-tags': 'off',
      // This page has no SvelteKit, so there is no resolve() to call.
      'svelte/no-navigation-without-resolve': 'off',
      // A Map, Set or Date that nothing draws stays a plain one.
      'svelte/prefer-svelte-reactivity': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    files: ['src/shared/**', 'src/server-api/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/features/**'], message: 'shared and server-api import no feature.' }] },
      ],
    },
  },
  ...borders,
);
