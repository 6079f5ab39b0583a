import { expect, it } from 'vitest';
import { quoteText } from './quote-text';

it('quotes every line and leaves room below', () =>
  expect(quoteText('\none\n\ntwo  \n')).toBe('> one\n>\n> two\n\n'));
