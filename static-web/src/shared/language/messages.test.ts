import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Messages = Record<string, string>;
const folder = 'messages/';
const read = (file: string) => JSON.parse(readFileSync(folder + file, 'utf8')) as Messages;
const parts = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `${name}/`);
const parameters = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

describe.each(['', ...parts])('messages/%s', (part) => {
  const english = read(`${part}en.json`);
  const chinese = read(`${part}zh-CN.json`);
  it('exist in both languages', () =>
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort()));
  it.each(Object.keys(english))('%s has text and the same parameters', (key) => {
    expect(chinese[key]?.trim()).toBeTruthy();
    expect(parameters(chinese[key] ?? '')).toEqual(parameters(english[key] ?? ''));
  });
});
