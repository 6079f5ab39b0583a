import { expect, it } from 'vitest';
import { find } from './prompt-source';

const prompt = (command: string, title: string) => ({
  command,
  title,
  content: `${title}.`,
  timestamp: 0,
  write_access: true,
});
const all = [
  prompt('/long-summary', 'Detailed'),
  prompt('/sum', 'Summary'),
  prompt('/mail', 'Summer mail'),
  prompt('/翻译', 'Translate'),
];
const commands = (text: string) => find(text, all).map(({ label }) => label);

it('offers what begins with the word first, then titles, then what holds it', () => {
  expect(commands('/sum')).toEqual(['/sum', '/mail', '/long-summary']);
  expect(commands('/翻')).toEqual(['/翻译']);
  expect(commands('/')).toHaveLength(4);
});

it('is silent where no command is written', () => {
  expect([...commands('sum'), ...commands('/sum up'), ...commands('a/sum'), ...commands('/none')]).toEqual(
    [],
  );
});
