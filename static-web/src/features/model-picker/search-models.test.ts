import { describe, expect, it } from 'vitest';
import type { Model } from '../../server-api/models';
import { beginsNearly, searchModels } from './search-models';

const model = (id: string, more: Partial<Model> = {}): Model => ({
  id,
  name: id,
  owned_by: 'openai',
  connection_type: 'external',
  connection: 'Cloud',
  ...more,
});
const models = [
  model('gpt-4o-mini'),
  model('gpt-4o'),
  model('claude-sonnet-4', { name: 'Claude Sonnet 4', connection: 'Anthropic' }),
  model('qwen2.5-coder:7b', {
    connection: 'Cellar',
    connections: ['Cellar', 'Attic'],
    tags: [{ name: 'gpu' }, { name: 'Code' }],
  }),
  model('llama3.1:8b', { connection: 'Cellar', tags: [{ name: 'gpu' }] }),
  model('my-gpt-tuned'),
];
const find = (query: string, favourites: string[] = []) =>
  searchModels(models, query, new Set(favourites)).map(({ id }) => id);

describe('searchModels', () => {
  it('puts the whole name first, then beginnings, then what stands inside', () => {
    expect(find('gpt-4o')).toEqual(['gpt-4o', 'gpt-4o-mini']);
    expect(find('gpt').at(-1)).toBe('my-gpt-tuned');
  });

  it('wants every word, wherever each is', () => {
    expect(find('gpu code')).toEqual(['qwen2.5-coder:7b']);
    expect(find('sonnet anthropic')).toEqual(['claude-sonnet-4']);
    expect(find('gpt anthropic')).toEqual([]);
  });

  it('finds by id, tag and every connection', () => {
    expect(find('claude-sonnet-4')).toEqual(['claude-sonnet-4']);
    expect(find('attic')).toEqual(['qwen2.5-coder:7b']);
    expect(find('GPU')).toEqual(['qwen2.5-coder:7b', 'llama3.1:8b']);
  });

  it('does not mind signs, accents and full-width letters', () => {
    expect(find('gpt4o')).toEqual(['gpt-4o-mini', 'gpt-4o']);
    expect(find('Ｌlámå 3.1')).toEqual(['llama3.1:8b']);
  });

  it('forgives a slip and letters left out, but only where nothing matches truly', () => {
    expect(find('calude')).toEqual(['claude-sonnet-4']);
    expect(find('sonet')).toEqual(['claude-sonnet-4']);
    expect(find('qwncdr')).toEqual(['qwen2.5-coder:7b']);
    expect(find('mini')).toEqual(['gpt-4o-mini']);
    expect(find('zzzz')).toEqual([]);
  });

  it('among equals puts favourites first, else the server’s order', () => {
    expect(find('cellar')).toEqual(['qwen2.5-coder:7b', 'llama3.1:8b']);
    expect(find('cellar', ['llama3.1:8b'])).toEqual(['llama3.1:8b', 'qwen2.5-coder:7b']);
  });

  it('without a query leaves everything as it is', () => {
    expect(find('  ')).toEqual(models.map(({ id }) => id));
  });

  it('is fast enough for every key press among a thousand', () => {
    const many = Array.from({ length: 1000 }, (_, n) => model(`vendor/model-${n}-instruct`));
    expect(searchModels(many, '77 instruct', new Set())).toHaveLength(19);
  });
});

describe('beginsNearly', () => {
  it.each([
    ['claude', 'claude', true],
    ['claude', 'clauxe', true],
    ['claude', 'claaude', true],
    ['claude', 'clude', true],
    ['claude', 'lcaude', true],
    ['claude', 'cuadle', false],
    ['llama', 'gamma', false],
  ])('%s by %s: %s', (text, word, nearly) => expect(beginsNearly(text, word)).toBe(nearly));
});
