import type * as english from '../../messages/offline/en';
import { textPart } from '../../shared/language/language.svelte';

export const { t, ready } = textPart<typeof english>({
  en: () => import('../../messages/offline/en'),
  'zh-CN': () => import('../../messages/offline/zh-CN'),
});
