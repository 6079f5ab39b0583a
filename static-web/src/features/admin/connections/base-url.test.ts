import { describe, expect, it } from 'vitest';
import { noteOf, originOf } from './base-url';

describe('noteOf', () => {
  it.each([
    ['http://gpu.lan:8000', 'openai', 'http://gpu.lan:8000/v1/models'],
    ['https://api.deepseek.com/v1/', 'openai', 'https://api.deepseek.com/v1/models'],
    [
      'https://x.openai.azure.com/openai/deployments/a',
      'azure',
      'https://x.openai.azure.com/openai/v1/models',
    ],
    ['https://ollama.example.org', 'ollama', 'https://ollama.example.org/api/tags'],
    ['https://api.anthropic.com/v1', 'anthropic', 'https://api.anthropic.com/v1/models'],
  ] as const)('says where %s of %s is asked', (text, kind, asks) =>
    expect(noteOf(text, kind)).toEqual({ is: 'fine', asks, warn: null }),
  );

  it.each([
    ['gpu.lan:8000/v1', 'no_scheme'],
    ['api.openai.com', 'no_scheme'],
    ['not a url', 'no_url'],
    ['ftp://gpu.lan', 'no_url'],
    ['https://gpu.lan/v1?key=1', 'extra'],
    ['https://me:secret@gpu.lan/v1', 'extra'],
  ])('says what is wrong with %s', (text, why) =>
    expect(noteOf(text, 'openai')).toEqual({ is: 'wrong', why }),
  );

  it.each([
    ['http://localhost:11434', 'this_server'],
    ['http://127.0.0.1:11434', 'this_server'],
    ['http://gpu.lan/v1/chat/completions', 'whole_route'],
    ['http://llm.example.org/v1', 'not_secret'],
    ['https://llm.example.org/v1', null],
    ['http://192.168.1.4/v1', null],
    ['http://vllm:8000/v1', null],
  ])('warns of %s: %s', (text, warn) => expect(noteOf(text, 'openai')).toMatchObject({ is: 'fine', warn }));
});

describe('originOf', () => {
  it('knows the same host with its port written out', () =>
    expect(originOf('https://api.openai.com:443/v1')).toBe(originOf('https://api.openai.com')));
  it('is null for what is being written', () => expect(originOf('https:/')).toBeNull());
});
