/** The words of what is looked for. Operators are no words. */
export const searchWords = (asked: string): string[] =>
  asked
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '' && !/^(tag|folder|pinned|archived|shared):./.test(word));

/** Finds any of the words, whatever their case; null where there are none. */
export function wordPattern(asked: string): RegExp | null {
  const words = searchWords(asked).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return words.length === 0 ? null : new RegExp(`(${words.join('|')})`, 'giu');
}
