import { expect, it } from 'vitest';
import { plainText } from './plain-text';

it.each([
  ['# Rain\n\nIt **rains** _a lot_.', 'Rain\n\nIt rains a lot.'],
  ['- one\n- two\n  - three', '• one\n• two\n  • three'],
  ['3. three\n4. four', '3. three\n4. four'],
  ['- [x] done\n- [ ] open', '• ☑ done\n• ☐ open'],
  ['| a | b |\n|---|---|\n| 1 | **2** |', 'a\tb\n1\t2'],
  ['```js\nif (a < b && c) {}\n```', 'if (a < b && c) {}'],
  ['Use `a && b` & more <b>now</b>.', 'Use a && b & more now.'],
  ['[here](https://a.example/) and <https://b.example/>', 'here (https://a.example/) and https://b.example/'],
  ['> said\n> so', 'said\nso'],
  ['one  \ntwo', 'one\ntwo'],
  ['5 &lt; 6', '5 < 6'],
])('of %j is %j', async (markdown, text) => expect(await plainText(markdown)).toBe(text));
