import type * as english from '../../messages/chat/en';
import { textPart } from './language.svelte';

/** The texts of a chat's own settings and of temporary chats (messages/chat/). */
export const chatTexts = textPart<typeof english>({
  en: () => import('../../messages/chat/en'),
  'zh-CN': () => import('../../messages/chat/zh-CN'),
});

/** Those, and the page's own texts. */
export const t = chatTexts.t;
