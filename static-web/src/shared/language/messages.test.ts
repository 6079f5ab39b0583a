import { describe, expect, it } from 'vitest';
import english from '../../../messages/en.json';
import chinese from '../../../messages/zh-CN.json';

const parameters = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

describe('messages', () => {
  it('exist in both languages', () =>
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort()));
  it.each(Object.keys(english) as (keyof typeof english)[])('%s has text and the same parameters', (key) => {
    expect(chinese[key].trim()).not.toBe('');
    expect(parameters(chinese[key])).toEqual(parameters(english[key]));
  });
});
