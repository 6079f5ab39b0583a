import { describe, expect, it } from 'vitest';
import { formOf, settingsOf, type SettingsForm } from './settings-form';

const empty: SettingsForm = formOf({ system: '', params: {} });

describe('settingsOf', () => {
  it('leaves out what is empty: it is the provider’s default', () =>
    expect(settingsOf(empty, {})).toEqual({ settings: { system: '', params: {} }, faults: {} }));

  it('brings back what formOf shows', () => {
    const settings = {
      system: 'Be brief.',
      params: {
        temperature: 0.5,
        top_p: 1,
        max_tokens: 300,
        stop: ['a', 'b c'],
        seed: -3,
        reasoning_effort: 'low',
      },
    };
    expect(settingsOf(formOf(settings), {}).settings).toEqual(settings);
  });

  it('takes a decimal comma', () =>
    expect(settingsOf({ ...empty, temperature: ' 0,7 ' }, {}).settings?.params.temperature).toBe(0.7));

  it('keeps what it does not know, and removes what was emptied', () => {
    const before = { temperature: 1, top_k: 40 } as object;
    expect(settingsOf(empty, before).settings?.params).toEqual({ top_k: 40 });
  });

  it.each([
    [{ temperature: '2.1' }, { temperature: 'range' }],
    [{ temperature: 'warm' }, { temperature: 'range' }],
    [{ topP: '-0.1' }, { topP: 'range' }],
    [{ maxTokens: '0' }, { maxTokens: 'whole' }],
    [{ maxTokens: '1.5' }, { maxTokens: 'whole' }],
    [{ seed: '1e99' }, { seed: 'whole' }],
    [{ stop: 'a\nb\nc\nd\ne' }, { stop: 'many' }],
    [{ system: 'x'.repeat(100_001) }, { system: 'long' }],
  ])('finds the fault in %o', (written, faults) =>
    expect(settingsOf({ ...empty, ...written }, {})).toEqual({ settings: null, faults }),
  );
});
