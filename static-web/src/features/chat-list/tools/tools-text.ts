import { textPart } from '../../../shared/language/language.svelte';

/** The texts of the sidebar's tools. */
export const { t, ready } = textPart({
  en: () => import('../../../messages/sidebar/en'),
  'zh-CN': () => import('../../../messages/sidebar/zh-CN'),
});
