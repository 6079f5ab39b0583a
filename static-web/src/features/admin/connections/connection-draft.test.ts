import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../server-api/connections';
import { ConnectionDraft } from './connection-draft.svelte';

const saved: Connection = {
  id: 'c-aaaaaaaaaa',
  name: 'Team vLLM',
  kind: 'openai',
  base_url: 'http://gpu.lan:8000/v1',
  auth: 'key',
  key_count: 2,
  headers: { 'X-Team': null },
  organization: null,
  api_version: null,
  deployments: {},
  prefix_id: null,
  tags: ['gpu', 'fast'],
  model_ids: [],
  weight: 1,
  enabled: true,
  connection_type: 'local',
  group_ids: null,
  locked_by: null,
  version: 'W/1',
  status: { state: 'ok', reason: null, model_count: 3, cools_until: null },
};

describe('ConnectionDraft of a saved connection', () => {
  it('has nothing to say before anything is written', () => {
    const draft = new ConnectionDraft(saved);
    expect(draft.change()).toEqual({});
    expect(draft.dirty).toBe(false);
    expect(draft.asked()).toEqual({ id: 'c-aaaaaaaaaa' });
  });

  it('sends only what differs', () => {
    const draft = new ConnectionDraft(saved);
    draft.fields.weight = 3;
    draft.fields.tags = 'gpu, slow,'.split(',');
    draft.fields.prefix_id = ' vllm ';
    expect(draft.change()).toEqual({ weight: 3, tags: ['gpu', 'slow'], prefix_id: 'vllm' });
  });

  it('keeps the other keys where one is replaced, and adds behind them', () => {
    const draft = new ConnectionDraft(saved);
    const [, second] = draft.keys;
    if (second) second.value = 'sk-new ';
    draft.addKey();
    const third = draft.keys[2];
    if (third) third.value = 'sk-third';
    draft.addKey();
    expect(draft.change()).toEqual({ keys: ['', 'sk-new', 'sk-third'] });
  });

  it('takes one key away and keeps the others at their places', () => {
    const draft = new ConnectionDraft(saved);
    const [first, second] = draft.keys;
    if (first) draft.removeKey(first);
    expect(draft.change()).toEqual({ keys: [null, ''] });
    if (second) draft.removeKey(second);
    expect(draft.change()).toEqual({ keys: [null, null], auth: 'none' });
  });

  it('leaves to another kind nothing that only Azure knows', () => {
    const azure = { kind: 'azure', api_version: '2024-10-21', deployments: { a: 'b' } } as const;
    const draft = new ConnectionDraft({ ...saved, ...azure });
    draft.fields.kind = 'openai';
    expect(draft.change()).toEqual({ kind: 'openai', api_version: null, deployments: {} });
  });

  it('goes back to the host as its name', () => {
    const draft = new ConnectionDraft(saved);
    draft.fields.name = ' ';
    expect(draft.change()).toEqual({ name: '' });
  });

  it('sends no key of the old host to a new one', () => {
    const draft = new ConnectionDraft(saved);
    draft.fields.base_url = 'https://gpu.lan:8000/v1';
    expect(draft.hostChanged).toBe(true);
    expect(draft.change()).toEqual({ base_url: 'https://gpu.lan:8000/v1', auth: 'none' });
    draft.addKey();
    const last = draft.keys.at(-1);
    if (last) last.value = 'sk-there';
    expect(draft.change()).toEqual({ base_url: 'https://gpu.lan:8000/v1', keys: ['sk-there'] });
    draft.fields.base_url = saved.base_url;
    expect(draft.change()).toEqual({ keys: ['', '', 'sk-there'] });
  });

  it('names a header that stays with null, and leaves out one that goes', () => {
    const draft = new ConnectionDraft(saved);
    draft.headers.push({ saved: false, name: 'X-New', value: 'a' });
    expect(draft.change()).toEqual({ headers: { 'X-Team': null, 'X-New': 'a' } });
    draft.headers.shift();
    expect(draft.change()).toEqual({ headers: { 'X-New': 'a' } });
  });

  it('takes the doctor at his word, and nothing else', () => {
    const draft = new ConnectionDraft(saved);
    draft.apply({ base_url: 'http://gpu.lan:8000/api/v1', keys: ['x'] });
    expect(draft.change()).toEqual({ base_url: 'http://gpu.lan:8000/api/v1' });
  });
});

describe('ConnectionDraft of a new connection', () => {
  it('sends kind and base URL at least, and no name that nobody wrote', () => {
    const draft = new ConnectionDraft({ kind: 'openai', base_url: 'https://api.openai.com/v1' });
    expect(draft.keys).toHaveLength(1);
    const [key] = draft.keys;
    if (key) key.value = 'sk-1';
    expect(draft.change()).toEqual({ kind: 'openai', base_url: 'https://api.openai.com/v1', keys: ['sk-1'] });
  });

  it('asks without a key where none was written', () => {
    const draft = new ConnectionDraft({ kind: 'openai', base_url: 'http://gpu.lan/v1' });
    expect(draft.change()).toEqual({ kind: 'openai', base_url: 'http://gpu.lan/v1', auth: 'none' });
  });

  it('sends no key with a managed identity', () => {
    const draft = new ConnectionDraft({ kind: 'azure', base_url: 'https://x.openai.azure.com' });
    const [key] = draft.keys;
    if (key) key.value = 'sk-1';
    draft.fields.auth = 'managed_identity';
    expect(draft.change()).toEqual({
      kind: 'azure',
      base_url: 'https://x.openai.azure.com',
      auth: 'managed_identity',
    });
  });
});
