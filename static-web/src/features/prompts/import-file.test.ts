import { describe, expect, it } from 'vitest';
import { commandOf, readImport, type Found } from './import-file';

const options = { baseModel: 'default', newId: (name: string) => `id-${name}`, exampleHeading: 'Examples:' };
const read = (json: unknown) => readImport(JSON.stringify(json), options);
const presets = (found: Found[] | null) =>
  (found ?? []).flatMap((each) => (each.kind === 'preset' ? [each.form] : []));

/** A mask as NextChat 2.16 exports it. */
const mask = (more: object) => ({
  id: 'm1',
  avatar: 'gpt-bot',
  name: 'Poet',
  hideContext: true,
  context: [
    { id: 'a', role: 'system', content: 'You write poems.', date: '' },
    { id: 'b', role: 'user', content: 'Sea', date: '' },
    { id: 'c', role: 'assistant', content: 'Waves …', date: '' },
  ],
  syncGlobalConfig: false,
  modelConfig: {
    model: 'gpt-4o-mini',
    providerName: 'OpenAI',
    temperature: 0.5,
    top_p: 1,
    max_tokens: 4000,
    presence_penalty: 0,
    frequency_penalty: 0,
    sendMemory: true,
    historyMessageCount: 4,
    template: '{{input}}',
  },
  lang: 'en',
  builtin: false,
  createdAt: 1688899480510,
  ...more,
});

describe('import of what other programs export', () => {
  it('reads a mask: its system prompt, examples and parameters', () => {
    const [found] = read(mask({})) ?? [];
    expect(found).toMatchObject({ kind: 'preset', label: 'Poet', examples: 2 });
    expect(presets([found!])[0]).toEqual({
      id: 'id-Poet',
      base_model_id: 'gpt-4o-mini',
      name: 'Poet',
      meta: { greeting: null, suggestion_prompts: [] },
      params: {
        temperature: 0.5,
        top_p: 1,
        max_tokens: 4000,
        presence_penalty: 0,
        frequency_penalty: 0,
        system: 'You write poems.\n\nExamples:\n\nuser: Sea\n\nassistant: Waves …',
      },
    });
  });

  it("follows the site's model where a mask follows its program's settings; one word of the model greets", () => {
    const context = [{ role: 'assistant', content: [{ type: 'text', text: 'Hello!' }] }];
    expect(presets(read([mask({ syncGlobalConfig: true, context })]))[0]).toMatchObject({
      base_model_id: 'default',
      meta: { greeting: 'Hello!' },
      params: {},
    });
  });

  it('reads the masks and prompts inside a backup, without what NextChat brings along', () => {
    const found = read({
      'chat-next-web-store': { sessions: [] },
      'access-control': { openaiApiKey: 'sk-secret' },
      'mask-store': { masks: { m1: mask({}), m2: mask({ name: 'Shipped', builtin: true }) } },
      'prompt-store': {
        counter: 2,
        prompts: { p1: { id: 'p1', title: 'My  Prompt!', content: 'Do it', isUser: true, createdAt: 1 } },
      },
    });
    expect(found?.map(({ kind, label }) => [kind, label])).toEqual([
      ['preset', 'Poet'],
      ['prompt', 'My  Prompt!'],
    ]);
    expect(found?.[1]).toMatchObject({ form: { command: '/my-prompt', content: 'Do it' } });
    expect(JSON.stringify(found)).not.toContain('sk-secret');
  });

  it("reads Open WebUI's prompts and models, old and new", () => {
    const found = read([
      {
        command: '/summarise',
        user_id: 'u',
        title: 'Summarise',
        content: 'Shorter: {{text}}',
        timestamp: 1,
        access_control: null,
      },
      {
        id: 'tutor',
        base_model_id: 'llama3',
        name: 'Tutor',
        meta: {
          profile_image_url: '/static/favicon.png',
          description: 'd',
          suggestion_prompts: [{ title: ['a', 'b'], content: 'Ask me' }],
          tags: [{ name: 'school' }],
        },
        params: { system: 'Teach.', temperature: 1, stop: 'END, STOP', function_calling: 'native' },
        access_control: {},
      },
      {
        id: 'old',
        name: 'Old',
        info: { id: 'old', base_model_id: 'llama3', name: 'Old', meta: {}, params: {} },
      },
      { id: 'llama3', base_model_id: null, name: 'llama3', meta: {}, params: {} },
    ]);
    expect(found?.map((each) => (each.kind === 'broken' ? each.why : each.label))).toEqual([
      'Summarise',
      'Tutor',
      'Old',
      'is_model',
    ]);
    expect(presets(found)[0]).toMatchObject({
      meta: { suggestion_prompts: [{ content: 'Ask me' }], tags: [{ name: 'school' }] },
      params: { system: 'Teach.', temperature: 1, stop: ['END', 'STOP'] },
    });
    expect(presets(found)[0]?.params).not.toHaveProperty('function_calling');
  });

  it('says of a broken item which and why, and reads the rest', () => {
    const found = read([
      7,
      mask({ name: ' ' }),
      mask({ name: 'Empty', context: [], modelConfig: {} }),
      { command: '/x', title: 'No text', content: ' ' },
      { title: '???', content: 'text' },
      { hello: 1, name: 'Odd' },
      mask({ name: 'Good' }),
    ]);
    expect(found?.map((each) => [each.label, each.kind === 'broken' ? each.why : each.kind])).toEqual([
      ['', 'not_an_object'],
      ['m1', 'no_name'],
      ['Empty', 'no_words'],
      ['No text', 'no_content'],
      ['???', 'no_name'],
      ['Odd', 'unknown_form'],
      ['Good', 'preset'],
    ]);
    expect(readImport('no json', options)).toBeNull();
  });

  it('makes commands of titles in any script', () => {
    expect(commandOf('/Ein Brief an: 我')).toBe('ein-brief-an-我');
    expect(commandOf(' …! ')).toBe('');
  });
});
