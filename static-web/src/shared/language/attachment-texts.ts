import { textPart } from './language.svelte';

/** The texts of attached files, in the composer and in messages. */
export const { t, ready } = textPart({
  en: () => import('../../messages/attachments/en'),
  'zh-CN': () => import('../../messages/attachments/zh-CN'),
});
