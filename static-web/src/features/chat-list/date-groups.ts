export type GroupKey = 'today' | 'yesterday' | 'week' | 'month' | `${number}-${number}`;

export interface DateGroup<Entry> {
  /** `month` is the last 30 days; older ones are "year-month", the month counted from 1. */
  key: GroupKey;
  entries: Entry[];
}

/**
 * Groups entries by the reader's calendar days: today, yesterday, the 7 and the 30 days before today, then by month. A time
 * in the future (another clock) is today. The order of the entries is kept; they come newest first.
 */
export function groupByDate<Entry extends { updated_at: number }>(
  entries: Entry[],
  now: Date,
): DateGroup<Entry>[] {
  const dayStart = (daysAgo: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo).getTime();
  const groups = new Map<GroupKey, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry.updated_at * 1000, dayStart);
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups].map(([key, inGroup]) => ({ key, entries: inGroup }));
}

function keyOf(time: number, dayStart: (daysAgo: number) => number): GroupKey {
  if (time >= dayStart(0)) return 'today';
  if (time >= dayStart(1)) return 'yesterday';
  if (time >= dayStart(7)) return 'week';
  if (time >= dayStart(30)) return 'month';
  const date = new Date(time);
  return `${date.getFullYear()}-${date.getMonth() + 1}`;
}

/** "September", or "September 2025" of another year, in the reader's language. */
export function monthName(key: GroupKey, now: Date, locale: string): string {
  const [year = 0, month = 1] = key.split('-').map(Number);
  const format: Intl.DateTimeFormatOptions =
    year === now.getFullYear() ? { month: 'long' } : { month: 'long', year: 'numeric' };
  return new Intl.DateTimeFormat(locale, format).format(new Date(year, month - 1, 1));
}
