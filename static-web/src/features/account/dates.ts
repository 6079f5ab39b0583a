import { language } from '../../shared/language/language.svelte';

/** A day, or with `time` a moment, in the reader's language. @param seconds Since 1970. */
export function showDate(seconds: number, time = false): string {
  const style = time
    ? ({ dateStyle: 'medium', timeStyle: 'short' } as const)
    : { dateStyle: 'medium' as const };
  return new Intl.DateTimeFormat(language.locale, style).format(seconds * 1000);
}
