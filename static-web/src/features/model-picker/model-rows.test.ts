import { describe, expect, it } from 'vitest';
import type { ConnectionState, Model } from '../../server-api/models';
import { filtersOf, rowsOf, type Row, type Wanted } from './model-rows';

const model = (id: string, connection: string, ...tags: string[]): Model => ({
  id,
  name: id,
  owned_by: 'openai',
  connection_type: 'external',
  connection,
  connections: [connection],
  tags: tags.map((name) => ({ name })),
});
const models = [model('gpt-a', 'One', 'fast'), model('qwen', 'Two', 'fast', 'gpu'), model('gpt-b', 'One')];
const rows = (wanted: Partial<Wanted>, connections: ConnectionState[] = []) =>
  rowsOf(models, connections, { query: '', filter: null, favourites: new Set(), ...wanted });
const brief = (list: Row[]) =>
  list.map((row) => (row.kind === 'head' ? `[${row.label || row.group}]` : row.key));

describe('rowsOf', () => {
  it('groups by connection in the server’s order', () => {
    expect(brief(rows({}))).toEqual(['[One]', 'gpt-a', 'gpt-b', '[Two]', 'qwen']);
  });

  it('puts favourites first, once, with their connection', () => {
    const list = rows({ favourites: new Set(['qwen', 'gone']) });
    expect(brief(list)).toEqual(['[favourites]', 'qwen', '[One]', 'gpt-a', 'gpt-b']);
    expect(list[1]).toMatchObject({ connection: 'Two' });
    expect(list[3]).toMatchObject({ connection: '' });
  });

  it('puts presets by themselves, with the model that each stands on', () => {
    const preset = { ...model('tutor', 'One'), preset: true, info: { base_model_id: 'qwen' } };
    const orphan = { ...preset, id: 'other', info: { base_model_id: 'far' } };
    const list = rowsOf([...models, preset, orphan], [], {
      query: '',
      filter: null,
      favourites: new Set(['other']),
    });
    expect(brief(list).slice(0, 5)).toEqual(['[favourites]', 'other', '[presets]', 'tutor', '[One]']);
    expect(list[1]).toMatchObject({ connection: 'far' });
    expect(list[3]).toMatchObject({ connection: 'qwen', note: '' });
  });

  it('searches without headings, the connection on each row', () => {
    const list = rows({ query: 'gpt' });
    expect(brief(list)).toEqual(['gpt-a', 'gpt-b']);
    expect(list[0]).toMatchObject({ connection: 'One' });
  });

  it('narrows to a tag or a connection, also while searching', () => {
    expect(brief(rows({ filter: { kind: 'tag', name: 'fast' } }))).toEqual([
      '[One]',
      'gpt-a',
      '[Two]',
      'qwen',
    ]);
    expect(brief(rows({ filter: { kind: 'connection', name: 'Two' } }))).toEqual(['[Two]', 'qwen']);
    expect(brief(rows({ filter: { kind: 'tag', name: 'gpu' }, query: 'gpt' }))).toEqual([]);
  });

  it('says at its heading that a connection is down', () => {
    const list = rows({}, [{ name: 'Two', status: 'down', reason: 'DNS' }]);
    expect(list.filter((row) => row.kind === 'head').map(({ status }) => status)).toEqual(['ok', 'down']);
  });

  it('shows the id where the name says something else', () => {
    const named = { ...model('a/b', 'One'), name: 'Bee' };
    expect(rowsOf([named], [], { query: '', filter: null, favourites: new Set() })[1]).toMatchObject({
      note: 'a/b',
      connection: '',
    });
  });
});

describe('filtersOf', () => {
  it('offers connections, then tags that narrow, the most used first', () => {
    expect(filtersOf(models).map(({ name }) => name)).toEqual(['One', 'Two', 'fast', 'gpu']);
  });

  it('offers nothing that every model has', () => {
    expect(filtersOf([model('a', 'One', 'all'), model('b', 'One', 'all')])).toEqual([]);
  });
});
