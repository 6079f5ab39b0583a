import { language } from '../../../shared/language/language.svelte';

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** "2 hours ago" in the reader's language; under a minute it is "now". @param seconds Since 1970. */
export function showAgo(seconds: number, now = Date.now() / 1000): string {
  const format = new Intl.RelativeTimeFormat(language.locale, { numeric: 'auto', style: 'short' });
  const ago = Math.max(0, now - seconds);
  const [unit, size] = STEPS.find(([, size]) => ago >= size) ?? ['second', Infinity];
  return format.format(size === Infinity ? 0 : -Math.floor(ago / size), unit);
}

/** @param seconds Since 1970. */
export function showDate(seconds: number, withTime = false): string {
  return new Intl.DateTimeFormat(language.locale, {
    dateStyle: 'medium',
    ...(withTime && { timeStyle: 'short' }),
  }).format(seconds * 1000);
}
