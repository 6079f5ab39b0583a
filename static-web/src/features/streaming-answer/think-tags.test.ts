import { describe, expect, it } from 'vitest';
import { ThinkTags, type AnswerPart } from './think-tags';

/** The parts as [reasoning, text], for the answer streamed in slices of `size`. */
function split(answer: string, size: number): [string, string] {
  const think = new ThinkTags();
  const parts: AnswerPart[] = [];
  for (let at = 0; at < answer.length; at += size) parts.push(...think.split(answer.slice(at, at + size)));
  parts.push(...think.rest());
  const join = (kind: string) => parts.flatMap((part) => (part.kind === kind ? part.text : [])).join('');
  return [join('reasoning'), join('text')];
}

describe('ThinkTags', () => {
  it.each([
    ['<think>hm</think>Hi', 'hm', 'Hi'],
    ['\n<think>\na < b </th\n</think>\n\nHi', '\na < b </th\n', '\n\nHi'],
    ['Hi <think>no</think>', '', 'Hi <think>no</think>'],
    ['<thinker>', '', '<thinker>'],
    ['<thi', '', '<thi'],
    ['<think>unfinished </thi', 'unfinished </thi', ''],
    ['Hi', '', 'Hi'],
  ])('splits %j, whatever the slices', (answer, reasoning, text) => {
    for (let size = 1; size <= answer.length; size++) expect(split(answer, size)).toEqual([reasoning, text]);
  });
});
