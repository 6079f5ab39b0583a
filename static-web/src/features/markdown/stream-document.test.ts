import { describe, expect, it } from 'vitest';
import { StreamDocument, type Block } from './stream-document';

/** Lines that change what the lines around them mean. */
const LINES = [
  '',
  'text',
  '  lazy',
  '    indented',
  '# heading',
  '---',
  '===',
  '- item',
  '  - nested',
  '1. one',
  '> quote',
  '```',
  '~~~js',
  '| a | b |',
  '|---|---|',
  '<div>',
  '</div>',
  '<!-- c',
  '$$',
  '\\[',
  '\\]',
  '* * *',
  '[x] `tick',
];

/** Deterministic pseudo-random numbers in [0, 1): mulberry32. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const shown = (blocks: Block[]) =>
  blocks.map((block) => (block.code ? JSON.stringify(block.code) : block.html)).join('');

function whole(text: string): string {
  const document = new StreamDocument();
  document.update(text);
  return shown(document.blocks);
}

/** Streams the text in random slices; returns the first prefix that is drawn otherwise than as a whole, else null. */
function firstWrongPrefix(text: string, random: () => number): string | null {
  const document = new StreamDocument();
  for (let at = 0; at < text.length;) {
    at = Math.min(text.length, at + 1 + Math.floor(random() * 7));
    document.update(text.slice(0, at));
    if (shown(document.blocks) !== whole(text.slice(0, at))) return text.slice(0, at);
  }
  document.finish();
  return shown(document.blocks) === whole(text) ? null : text;
}

describe('StreamDocument', () => {
  it.each(['\n', '\n\n'])(
    'draws every prefix of every 3 lines joined by %j as a whole lex would',
    (join) => {
      const random = seeded(1);
      const wrong: string[] = [];
      for (const a of LINES)
        for (const b of LINES)
          for (const c of LINES) {
            const prefix = firstWrongPrefix([a, b, c, '\nafter\n\nmore\n'].join(join), random);
            if (prefix !== null) wrong.push(prefix);
          }
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  it('draws every prefix of random documents as a whole lex would', () => {
    const random = seeded(2026);
    const wrong: string[] = [];
    for (let n = 0; n < 2000; n++) {
      const lines = Array.from({ length: 4 + Math.floor(random() * 14) }, () =>
        random() < 0.3 ? '' : (LINES[Math.floor(random() * LINES.length)] ?? ''),
      );
      const prefix = firstWrongPrefix(lines.join('\n'), random);
      if (prefix !== null) wrong.push(prefix);
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  it('never replaces a settled block', () => {
    const document = new StreamDocument();
    const text = Array.from({ length: 30 }, (_, n) => `Paragraph ${n}.`).join('\n\n');
    let settled: Block[] = [];
    for (let at = 1; at <= text.length; at++) {
      document.update(text.slice(0, at));
      const closed = document.blocks.filter((block) => block.closed);
      settled.forEach((block, index) => expect(closed[index]).toBe(block));
      settled = closed;
    }
    expect(settled.length).toBe(28);
  });

  it('resolves a link definition that comes after its use, when the document ends', () => {
    const document = new StreamDocument();
    const text = 'See [the guide][g].\n\nA.\n\nB.\n\nC.\n\n[g]: https://example.com\n';
    document.update(text.slice(0, 40));
    document.update(text);
    const untouched = document.blocks[2];
    document.finish();
    expect(document.blocks[0]?.html).toContain('href="https://example.com"');
    expect(document.blocks[2]?.html).toBe(untouched?.html);
  });

  it('knows the definitions of settled blocks in later ones', () => {
    const document = new StreamDocument();
    for (const text of [
      '[g]: https://e.org\n\nA.\n\nB.\n\nC.\n\n',
      '[g]: https://e.org\n\nA.\n\nB.\n\nC.\n\nSee [g].',
    ])
      document.update(text);
    expect(document.blocks.at(-1)?.html).toContain('href="https://e.org"');
  });

  it('reads CRLF like LF, also when it is cut in two', () => {
    const document = new StreamDocument();
    const text = '# One\r\n\r\nTwo\r\nthree\r\n\r\n- four\r\n';
    for (let at = 1; at <= text.length; at++) document.update(text.slice(0, at));
    expect(shown(document.blocks)).toBe(whole(text.replaceAll('\r\n', '\n')));
  });

  it('starts anew when the text is another one', () => {
    const document = new StreamDocument();
    document.update('one\n\ntwo\n\nthree\n\nfour');
    document.update('other');
    expect(shown(document.blocks)).toBe('<p>other</p>\n');
  });

  it('goes on in the middle of a block when a finished answer is continued', () => {
    const document = new StreamDocument();
    const text = 'One.\n\n1. two\n2. three and four\n\nFive.';
    document.update(text.slice(0, 24));
    document.finish();
    document.update(text);
    expect(shown(document.blocks)).toBe(whole(text));
    document.finish();
    expect(shown(document.blocks)).toBe(whole(text));
  });
});
