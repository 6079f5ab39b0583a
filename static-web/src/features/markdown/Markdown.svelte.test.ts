import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';

// The worker is a browser's; what it would draw changes with the block's text alone.
vi.mock('./typeset', () => ({
  highlightCode: () => Promise.resolve(null),
  typesetMath: () => Promise.resolve(null),
}));
// jsdom lays nothing out: no diagram ever comes near.
vi.stubGlobal(
  'IntersectionObserver',
  class {
    observe() {}
    disconnect() {}
  },
);
const { showLanguage } = await import('../../shared/language/language.svelte');
const { default: Markdown } = await import('./Markdown.svelte');
await showLanguage('en');

const BLOCKS = [
  'A paragraph with **bold**, `code` and a [link](https://example.com).',
  'Cited [1](https://example.com/a), [[2]](https://example.com/b) and [^3].',
  '![cat](https://example.com/cat.png)',
  '| a | b |\n|---|--:|\n| 1 | $x$ |\n| ![t](https://example.com/t.png) | `y` |',
  '```python\nprint(1)\n\nprint(2)\n```',
  '```mermaid\ngraph TD\n  A --> B\n```',
  '```html\n<p>x</p>\n```',
  '- one\n  ```js\n  a()\n  ```\n- two\n\n  | c |\n  |---|\n  | d |',
  '> quote\n>\n> | e |\n> |---|\n> | f |',
  'Math $a$ and \\(b\\).\n\n$$\nc\n$$',
  '<details><summary>More</summary>\n\nInside <kbd>x</kbd> <script>y</script>\n\n</details>',
  '<img src="https://example.com/raw.png" alt="raw">',
  '# Heading\n\ntext\n---',
  '[^3]: https://example.com/c',
];

function random(seed: number): () => number {
  return () => {
    seed = (seed * 1664525 + 1013904223) % 4294967296;
    return seed / 4294967296;
  };
}

const mounted: Record<string, unknown>[] = [];
afterEach(() => {
  for (const view of mounted.splice(0)) void unmount(view);
});

interface Shown {
  host: HTMLElement;
  props: { text: string; done: boolean };
}
function show(text: string, done: boolean): Shown {
  const host = document.createElement('div');
  const props = $state({ text, done });
  mounted.push(mount(Markdown, { target: host, props }));
  flushSync();
  return { host, props };
}

/** The elements and texts, without the marks that Svelte leaves; neighbouring text nodes as one. */
function drawn(host: HTMLElement): string {
  const copy = host.cloneNode(true) as HTMLElement;
  const walker = document.createTreeWalker(copy, NodeFilter.SHOW_COMMENT);
  const marks: Node[] = [];
  while (walker.nextNode()) marks.push(walker.currentNode);
  for (const mark of marks) mark.parentNode?.removeChild(mark);
  copy.normalize();
  return copy.innerHTML;
}

describe('a streamed answer', () => {
  it('is at its end the same document as the whole answer, whatever the slices', async () => {
    const next = random(7);
    for (let n = 0; n < 15; n++) {
      const text = Array.from(
        { length: 3 + Math.floor(next() * 6) },
        () => BLOCKS[Math.floor(next() * BLOCKS.length)],
      ).join('\n\n');
      const streamed = show('', false);
      for (let at = 0; at < text.length;) {
        at = Math.min(text.length, at + 1 + Math.floor(next() * 40));
        streamed.props.text = text.slice(0, at);
        flushSync();
      }
      streamed.props.done = true;
      flushSync();
      const whole = show(text, true);
      await vi.waitFor(() => expect(drawn(streamed.host)).toBe(drawn(whole.host)), { timeout: 5000 });
    }
  }, 60_000);

  it('pain 4: never touches a closed block, and appends to one text node of open code', async () => {
    const start = 'One.\n\n| a |\n|---|\n| b |\n\nTwo.\n\nThree.\n\n```js\nlet a = 1;\n';
    const { host, props } = show(start, false);
    await vi.waitFor(() => expect(host.querySelector('[data-testid=table-copy]')).not.toBeNull(), {
      timeout: 5000,
    });
    const touched: MutationRecord[] = [];
    const observer = new MutationObserver((records) => touched.push(...records));
    const closed = [...host.querySelectorAll('.prose > .block')].slice(0, 2);
    expect(closed.map((block) => block.textContent?.trim().slice(0, 4))).toEqual(['One.', 'Mark']);
    for (const block of closed)
      observer.observe(block, { subtree: true, childList: true, characterData: true, attributes: true });
    const node = host.querySelector('pre code span')?.firstChild as Text;
    for (let line = 2; line < 60; line++) {
      props.text += `let a = ${line};\n`;
      flushSync();
    }
    touched.push(...observer.takeRecords());
    expect(touched).toEqual([]);
    expect(host.querySelector('pre code span')?.firstChild).toBe(node);
    expect(node.data).toContain('let a = 59;');
  });
});
