import { expect, it } from 'vitest';
import type { Preset } from '../../server-api/presets';
import { draftOf, formOf, newId } from './preset-draft';

const preset: Preset = {
  id: 'tutor',
  base_model_id: 'big',
  name: 'Tutor',
  meta: { greeting: 'Hello', suggestion_prompts: [{ content: 'One\ntwo' }, { content: 'Three' }] },
  params: { system: 'Teach.', temperature: 0, stop: ['END'] },
  access_control: null,
  is_active: true,
  write_access: true,
};

it('keeps what it has no field for, and a zero', () => {
  const form = formOf(draftOf(preset, 'other'), preset, 'tutor');
  expect(form.params).toEqual({ system: 'Teach.', temperature: 0, stop: ['END'] });
  expect(form.meta.suggestion_prompts).toEqual([{ content: 'One two' }, { content: 'Three' }]);
  expect(form.access_control).toBeNull();
});

it('takes away what is emptied, and reads numbers with a comma', () => {
  const draft = { ...draftOf(preset, ''), system: ' ', temperature: '0,7', maxTokens: 'many', greeting: '' };
  const form = formOf(draft, preset, 'tutor');
  expect(form.params).toEqual({ temperature: 0.7, max_tokens: 'many', stop: ['END'] });
  expect(form.meta.greeting).toBeNull();
});

it('a new one is the reader’s alone, on the model that is chosen', () => {
  expect(formOf(draftOf(null, 'big'), null, 'x')).toMatchObject({
    base_model_id: 'big',
    access_control: { read: {} },
    params: {},
  });
});

it('makes ids of names in any script', () => {
  expect(newId('My Tutor!', () => 0)).toBe('my-tutor-0000');
  expect(newId('翻译', () => 0.5)).toMatch(/^翻译-[0-9a-z]{4}$/);
  expect(newId('…', () => 0)).toBe('preset-0000');
});
