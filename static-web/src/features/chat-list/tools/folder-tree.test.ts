import { describe, expect, it } from 'vitest';
import { rowsOfTree, treeOf, within } from './folder-tree';

const folder = (id: string, parent_id: string | null = null, is_expanded = true) => ({
  id,
  name: id,
  parent_id,
  is_expanded,
});
const chat = (id: string) => ({
  id,
  title: id,
  updated_at: 0,
  created_at: 0,
  pinned: false,
  archived: false,
});
const folders = [folder('a'), folder('b', 'a'), folder('c', 'b'), folder('d', null, false), folder('e', 'd')];

describe('the tree of folders', () => {
  it('stands in order, a lost one at the top', () => {
    const rows = treeOf([...folders, folder('z', 'gone')]);
    expect(rows.map((row) => `${row.depth}${row.folder.id}`)).toEqual(['0a', '1b', '2c', '0d', '1e', '0z']);
  });

  it('survives a circle', () => expect(treeOf([folder('x', 'y'), folder('y', 'x')])).toEqual([]));

  it('shows of open folders the folders in them, then their chats', () => {
    const groups = rowsOfTree(folders, { a: [chat('1')], b: [chat('2')], e: [chat('3')] });
    expect(groups.map(({ key, depth, chats }) => `${depth} ${key} ${chats.map(({ id }) => id)}`)).toEqual([
      '0 folder-a ',
      '1 folder-b ',
      '2 folder-c ',
      '2 in-b 2',
      '1 in-a 1',
      '0 folder-d ',
    ]);
  });

  it('knows what lies in one', () => {
    expect(within(folders, 'a')).toEqual(['a', 'b', 'c']);
    expect(within(folders, 'e')).toEqual(['e']);
    expect(within(folders, 'none')).toEqual([]);
  });
});
