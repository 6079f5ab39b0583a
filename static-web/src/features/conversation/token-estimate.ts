const WORDS_A_MINUTE = 230;
const CHARACTERS_A_MINUTE = 450;
const WIDE = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]/g;

/** The server's estimate (ContextWindow): four ASCII letters a token, one for any other UTF-16 unit. */
export function estimateTokens(text: string): number {
  let ascii = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) < 128) ascii++;
  return Math.floor(ascii / 4) + text.length - ascii;
}

/** Words, each Chinese, Japanese or Korean character counted as one; and the minutes that reading takes, rounded. */
export function readingOf(text: string): { words: number; minutes: number } {
  const wide = text.match(WIDE)?.length ?? 0;
  const words = text.replace(WIDE, ' ').match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
  return {
    words: words + wide,
    minutes: Math.round(words / WORDS_A_MINUTE + wide / CHARACTERS_A_MINUTE),
  };
}
