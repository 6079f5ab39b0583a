import { expect, it } from 'vitest';
import { makePassword } from './password';

it('makes passwords of every kind of character, never the same', () => {
  const made = Array.from({ length: 200 }, makePassword);
  expect(new Set(made).size).toBe(200);
  for (const password of made) {
    expect(password).toHaveLength(18);
    for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[-_.!?+=%]/]) expect(password).toMatch(kind);
    expect(password).not.toMatch(/[lI1O0]/);
  }
});
