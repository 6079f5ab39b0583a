import { describe, expect, it } from 'vitest';
import { TypeAhead } from './type-ahead';

const names = ['Aurora', 'Basil', 'Bergamot', 'Beryl'].map((name) => ({ id: name, name }));

describe('TypeAhead', () => {
  it('goes to the next name with that letter, round and round', () => {
    let now = 0;
    const typed = new TypeAhead(() => (now += 100));
    expect(typed.next('b', names, 'Aurora')).toBe('Basil');
    expect(typed.next('b', names, 'Basil')).toBe('Bergamot');
    expect(typed.next('b', names, 'Beryl')).toBe('Basil');
  });

  it('takes letters in quick succession together, and forgets them after a rest', () => {
    let now = 0;
    const typed = new TypeAhead(() => now);
    expect(typed.next('b', names, 'Aurora')).toBe('Basil');
    expect(typed.next('e', names, 'Basil')).toBe('Bergamot');
    expect(typed.next('x', names, 'Bergamot')).toBeUndefined();
    now = 1000;
    expect(typed.next('a', names, 'Bergamot')).toBe('Aurora');
  });
});
