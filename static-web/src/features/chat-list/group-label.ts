import { language, t } from '../../shared/language/language.svelte';
import { monthName, type GroupKey } from './date-groups';

/** What stands above a group of chats. */
export function groupLabel(key: GroupKey, now: Date): string {
  if (key === 'today') return t.chats_today();
  if (key === 'yesterday') return t.chats_yesterday();
  if (key === 'week') return t.chats_week();
  return key === 'month' ? t.chats_month() : monthName(key, now, language.locale);
}
