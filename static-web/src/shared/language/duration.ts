import { t } from './language.svelte';

/** A duration in the reader's language: "42 s", "3 min 5 s". Rounds up, so that a countdown never shows 0 s early. */
export function showDuration(milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  if (seconds < 60) return t.seconds({ count: seconds });
  return t.minutes_seconds({ minutes: Math.floor(seconds / 60), count: seconds % 60 });
}
