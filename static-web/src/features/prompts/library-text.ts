import { textPart } from '../../shared/language/language.svelte';

/** The texts of the library, which come with it. */
export const { t, ready } = textPart({
  en: () => import('../../messages/prompts/en'),
  'zh-CN': () => import('../../messages/prompts/zh-CN'),
});
