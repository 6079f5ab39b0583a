import { wordPattern } from '../../shared/search-words';

const NAME = 'found';
/** Rows get their height when they come near: until then the place moves. */
const SETTLE_FRAMES = 12;
const MOST_RANGES = 500;

/**
 * Marks the words in a message, without touching its document, and brings the first into the middle. What is drawn later, such as formulas, is
 * marked when it comes. @returns Takes the marks away.
 */
export function markFound(row: Element, text: string): () => void {
  const pattern = wordPattern(text);
  let first: Range | undefined;
  const mark = (): void => {
    const ranges = pattern === null ? [] : rangesOf(row, pattern);
    first = ranges[0];
    // Browsers without it (Firefox before 140) show the place all the same.
    if ('highlights' in CSS) CSS.highlights.set(NAME, new Highlight(...ranges));
  };
  const observer = new MutationObserver(mark);
  observer.observe(row, { childList: true, characterData: true, subtree: true });
  mark();
  let frames = 0;
  let frame = 0;
  // At once, before the scrolling of what was shown before is heard of.
  const centre = (): void => {
    const place = first?.startContainer.parentElement ?? row;
    if (place.isConnected) place.scrollIntoView({ block: 'center' });
    if (++frames < SETTLE_FRAMES) frame = requestAnimationFrame(centre);
  };
  centre();
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
    if ('highlights' in CSS) CSS.highlights.delete(NAME);
  };
}

/** What is said, not what stands on its buttons. */
function rangesOf(row: Element, pattern: RegExp): Range[] {
  const ranges: Range[] = [];
  const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement?.closest('button, header, textarea')
      ? NodeFilter.FILTER_REJECT
      : NodeFilter.FILTER_ACCEPT,
  );
  for (let node = texts.nextNode(); node && ranges.length < MOST_RANGES; node = texts.nextNode()) {
    for (const match of (node.nodeValue ?? '').matchAll(pattern)) {
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      ranges.push(range);
    }
  }
  return ranges;
}
