import { describe, expect, it } from 'vitest';
import { branchOf, type PlainMessage } from '../../server-api/shares';
import { fileNameOf, markdownOf } from './markdown-of';

const message = (id: string, parentId: string | null, role: string, content: string): PlainMessage => ({
  id,
  parentId,
  role,
  content,
});

describe('markdownOf', () => {
  it('names who speaks', () => {
    const messages = [
      { ...message('a', null, 'user', 'Why?\n'), files: [{ name: 'a.pdf' }] },
      { ...message('b', 'a', 'assistant', 'Because.'), modelName: 'Aurora' },
    ];
    expect(markdownOf('A\n title', messages, { reader: 'You', answer: 'Answer' })).toBe(
      '# A title\n\n## You\n\nWhy?\n\n*a.pdf*\n\n## Aurora\n\nBecause.\n',
    );
  });
});

describe('branchOf', () => {
  const messages = {
    a: message('a', null, 'user', ''),
    b: message('b', 'a', 'assistant', ''),
    c: message('c', 'a', 'assistant', ''),
  };
  it('goes from the first message to the current one', () => {
    const chat = { id: '', title: '', chat: { history: { currentId: 'c', messages } } };
    expect(branchOf(chat).map(({ id }) => id)).toEqual(['a', 'c']);
  });
  it('ends in a circle', () => {
    const circle = { a: message('a', 'b', 'user', ''), b: message('b', 'a', 'assistant', '') };
    const chat = { id: '', title: '', chat: { history: { currentId: 'a', messages: circle } } };
    expect(branchOf(chat).length).toBeLessThan(4);
  });
});

describe('fileNameOf', () => {
  it.each([
    ['a/b: c?', 'a b c.md'],
    ['...', 'chat.md'],
    ['\n', 'chat.md'],
    ['x'.repeat(99), `${'x'.repeat(60)}.md`],
  ])('%j', (title, name) => expect(fileNameOf(title, 'md')).toBe(name));
});
