import { describe, expect, it } from 'vitest';
import { fill, variablesOf, type Known } from './variables';

const known: Known = {
  userName: 'Ada',
  language: 'en',
  now: new Date(2026, 10, 5, 7, 3),
  clipboard: () => Promise.resolve('copied $& text'),
};

describe('variables of a prompt', () => {
  it('asks for each name once, in the order of the text, and not for what the page knows', () => {
    const asked = variablesOf('{{topic}} for {{ 读者 }} on {{CURRENT_DATE}}, again {{topic}} {{USER_NAME}}');
    expect(asked.map(({ name, type }) => [name, type])).toEqual([
      ['topic', 'text'],
      ['读者', 'text'],
    ]);
  });

  it('reads types and properties, quotes and lists', () => {
    expect(
      variablesOf('{{tone | select:options=["kind: very","dry"]:default="dry":required}}')[0],
    ).toMatchObject({ type: 'select', options: ['kind: very', 'dry'], initial: 'dry', required: true });
    expect(variablesOf('{{n | number:min=1:max=9:step=2:placeholder="a \\"b\\": c"}}')[0]).toMatchObject({
      type: 'number',
      min: '1',
      max: '9',
      step: '2',
      placeholder: 'a "b": c',
    });
    expect(variablesOf('{{x | strange:placeholder="p"}}')[0]).toMatchObject({
      type: 'text',
      placeholder: 'p',
    });
  });

  it('takes the first place that says how', () => {
    expect(variablesOf('{{a}} {{a | textarea}} {{a | number}}').map(({ type }) => type)).toEqual([
      'textarea',
    ]);
  });

  it("leaves other templates' braces alone", async () => {
    const text = '{{#each items}} {{/each}} {{> part}} {{1+1}} { {a} } {{}}';
    expect(variablesOf(text)).toEqual([]);
    expect(await fill(text, {}, known)).toBe(text);
  });

  it('fills in what was asked and what the page knows; values are never read again', async () => {
    const text =
      '{{a | textarea:placeholder="x"}}|{{b}}|{{CURRENT_DATETIME}}|{{USER_NAME}}|{{CLIPBOARD}}|{{missing}}|';
    expect(await fill(text, { a: '{{b}} $1', b: 'B' }, known)).toBe(
      '{{b}} $1|B|2026-11-05 07:03|Ada|copied $& text||',
    );
  });

  it('asks for the clipboard only where it is used', async () => {
    let asks = 0;
    const clipboard = () => Promise.resolve(String(++asks));
    expect(await fill('none', {}, { ...known, clipboard })).toBe('none');
    expect(asks).toBe(0);
  });
});
