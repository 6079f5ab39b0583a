import { beforeEach, describe, expect, it } from 'vitest';
import { claimTab, readTabValue, writeTabValue } from './tab-storage';

beforeEach(() => sessionStorage.clear());

describe('claimTab', () => {
  it('keeps what the same account wrote', () => {
    claimTab('ada');
    writeTabValue('draft:new', 'mine');
    expect(claimTab('ada')).toBe(false);
    expect(readTabValue('draft:new')).toBe('mine');
  });

  it('leaves nothing of one account to another', () => {
    claimTab('ada');
    writeTabValue('draft:new', 'mine');
    expect(claimTab('bob')).toBe(true);
    expect(readTabValue('draft:new')).toBeNull();
    expect(claimTab('bob')).toBe(false);
  });

  it('leaves nothing of before accounts', () => {
    writeTabValue('chats', ['of a guest']);
    expect(claimTab('ada')).toBe(false);
    expect(readTabValue('chats')).toBeNull();
  });
});
