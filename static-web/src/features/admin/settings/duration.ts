export const UNITS = ['m', 'h', 'd', 'w'] as const;
export type Unit = (typeof UNITS)[number];

/** "4w" as a number and a unit; "never" for 0 and -1; null for a text that has several parts, or none of this grammar. */
export function readDuration(text: string): { count: number; unit: Unit } | 'never' | null {
  const trimmed = text.trim();
  if (trimmed === '-1' || trimmed === '0') return 'never';
  const [, count, unit] = /^(\d+)([mhdw])$/.exec(trimmed) ?? [];
  return count === undefined || Number(count) === 0 ? null : { count: Number(count), unit: unit as Unit };
}
