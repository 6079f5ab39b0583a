import { beforeEach, describe, expect, it } from 'vitest';
import { claimTab } from '../../shared/storage/tab-storage';
import { forgetDrafts, moveDraft, readDraft, readDraftFiles, writeDraft, writeDraftFiles } from './drafts';
import { fit } from './shrink-image';
import { calledAt, estimateTokens } from './suggestions';

describe('calledAt', () => {
  it('finds a command at the beginning only', () => {
    expect(calledAt('/ne', 3)).toEqual({ trigger: '/', query: 'ne', start: 0 });
    expect(calledAt('and/or', 6)).toBeNull();
    expect(calledAt('/new chat', 9)).toBeNull();
  });

  it('finds a model behind a space, not in an address', () => {
    expect(calledAt('ask @gp', 7)).toEqual({ trigger: '@', query: 'gp', start: 4 });
    expect(calledAt('a@b.example', 11)).toBeNull();
  });
});

it('estimates as the server does', () => {
  expect(estimateTokens('four'.repeat(10))).toBe(10);
  expect(estimateTokens('你好')).toBe(2);
});

it('keeps the proportions of a photo and never enlarges', () => {
  expect(fit(4000, 3000, 2048, 2048)).toEqual([2048, 1536]);
  expect(fit(100, 50, 2048, 2048)).toEqual([100, 50]);
});

describe('Pain6: drafts', () => {
  const file = { type: 'image' as const, id: 'f1', name: 'a.png', url: '/api/v1/files/f1/content', size: 1 };
  beforeEach(() => {
    sessionStorage.clear();
    localStorage.clear();
    claimTab('ada');
  });

  it('come back in another tab of the same account, and of no other', () => {
    writeDraft('c1', 'mine');
    writeDraftFiles('c1', [file]);
    sessionStorage.clear();
    claimTab('bob');
    expect([readDraft('c1'), readDraftFiles('c1')]).toEqual(['', []]);
    claimTab('ada');
    expect([readDraft('c1'), readDraftFiles('c1')]).toEqual(['mine', [file]]);
  });

  it('go with a chat that gets its id, and with a reader who leaves', () => {
    writeDraft('key', 'mine');
    writeDraftFiles('key', [file]);
    moveDraft('key', 'c1');
    expect([readDraft('key'), readDraft('c1'), readDraftFiles('c1')]).toEqual(['', 'mine', [file]]);
    forgetDrafts();
    sessionStorage.clear();
    claimTab('ada');
    expect(readDraft('c1')).toBe('');
  });
});
