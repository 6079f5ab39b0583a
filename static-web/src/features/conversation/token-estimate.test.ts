import { describe, expect, it } from 'vitest';
import { estimateTokens, readingOf } from './token-estimate';

describe('estimateTokens', () => {
  it.each([
    ['', 0],
    ['how long is this?', 4],
    ['你好', 2],
    ['abcd 🙂', 3],
  ])('of %j is %i', (text, tokens) => expect(estimateTokens(text)).toBe(tokens));
});

describe('readingOf', () => {
  it('counts words, and each Chinese character', () =>
    expect(readingOf("Don't read 人工智能 now").words).toBe(7));
  it('knows how long it takes', () => {
    expect(readingOf('word '.repeat(460)).minutes).toBe(2);
    expect(readingOf('字'.repeat(1350)).minutes).toBe(3);
    expect(readingOf('short').minutes).toBe(0);
  });
});
