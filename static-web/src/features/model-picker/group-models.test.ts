import { describe, expect, it } from 'vitest';
import type { Model } from '../../server-api/models';
import { groupModels } from './group-models';

const model = (id: string, connection: string): Model => ({
  id,
  name: id,
  owned_by: 'openai',
  connection_type: 'external',
  connection,
});
const models = [model('gpt-a', 'one'), model('qwen', 'two'), model('gpt-b', 'one')];

describe('groupModels', () => {
  it('groups by connection in the server’s order', () => {
    expect(groupModels(models, [], '').map((group) => group.models.map(({ id }) => id))).toEqual([
      ['gpt-a', 'gpt-b'],
      ['qwen'],
    ]);
  });

  it('finds by every word, in name and connection', () => {
    expect(groupModels(models, [], 'GPT one').flatMap((group) => group.models.map(({ id }) => id))).toEqual([
      'gpt-a',
      'gpt-b',
    ]);
    expect(groupModels(models, [], 'gpt two')).toEqual([]);
  });

  it('shows a dead connection with its reason, but not among search results', () => {
    const dead = [{ name: 'three', status: 'down' as const, reason: 'DNS' }];
    expect(groupModels(models, dead, '').at(-1)).toEqual({
      connection: 'three',
      models: [],
      trouble: { status: 'down', reason: 'DNS' },
    });
    expect(groupModels(models, dead, 'gpt')).toHaveLength(1);
  });
});
