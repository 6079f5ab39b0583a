import { describe, expect, it } from 'vitest';
import { readDuration } from './duration';

describe('readDuration', () => {
  it('reads a number and a unit', () => expect(readDuration(' 4w ')).toEqual({ count: 4, unit: 'w' }));
  it.each(['0', '-1'])('takes %s for never', (text) => expect(readDuration(text)).toBe('never'));
  it.each(['1h30m', '', '4', 'w', '1.5h', '-4w', '0d'])('leaves %j to the text field', (text) =>
    expect(readDuration(text)).toBeNull(),
  );
});
