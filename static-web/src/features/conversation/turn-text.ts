import { textPart } from '../../shared/language/language.svelte';

/** The texts of what can be done with a turn. They come with the conversation, which the empty chat does without. */
export const { t, ready } = textPart({
  en: () => import('../../messages/turns/en'),
  'zh-CN': () => import('../../messages/turns/zh-CN'),
});
