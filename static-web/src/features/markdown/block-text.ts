import { textPart } from '../../shared/language/language.svelte';

/** The texts of what code blocks, tables, diagrams and images offer (messages/blocks/). */
export const { t, ready } = textPart({
  en: () => import('../../messages/blocks/en'),
  'zh-CN': () => import('../../messages/blocks/zh-CN'),
});
