/** Tags that labels may have, without attributes. */
const PLAIN = /^<\/?(?:b|br|i|u|s|em|strong|sub|sup|small|code)\s*\/?>$/i;

/*
 * Second `<` of `<<interface>>` is none. A tag that is never closed counts, too: HTML parsers close it.
 */
const TAG = /(?<!<)<\/?[a-z][^<>]*>?/gi;

/**
 * Takes from a diagram's source what would make a browser load or report something while it is measured. The frame's
 * policy refuses all of that anyway, and what reaches the page is an image, which runs and loads nothing; this keeps
 * the attempts away from it. Labels read as before.
 */
export function disarm(source: string): string {
  // Menus of actors are drawn with handlers; in an image nobody opens them.
  const still = /^\s*sequenceDiagram\b/m.test(source)
    ? source.replace(/^[ \t]*links?[ \t][^\n]*$/gim, '')
    : source;
  return (
    still
      .replace(TAG, (tag) => (PLAIN.test(tag) ? tag : `<\u200b${tag.slice(1)}`))
      // A zero-width space: neither HTML nor CSS knows the word any longer, and a label looks the same.
      .replace(/(url|image|image-set|src)\s*\(/gi, '$1\u200b(')
      .replace(/@import/gi, '@\u200bimport')
      // `\75rl(` is CSS for url(
      .replace(/\\(?=[0-9a-f]{1,6})/gi, '')
      // A node that is an image from elsewhere becomes one without.
      .replace(/@\{[^}]*\}/g, (shape) =>
        shape.replace(/\bimg(["']?\s*:)(?!\s*["']?data:image\/)/gi, 'noimg$1'),
      )
  );
}
