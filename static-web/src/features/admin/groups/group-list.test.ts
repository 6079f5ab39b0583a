import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Group } from '../../../server-api/groups';
import { showLanguage } from '../../../shared/language/language.svelte';
import { toasts } from '../../../shared/toasts/toasts.svelte';
import { ready } from '../admin-text';
import { GroupList } from './group-list.svelte';

const member = (id: string) => ({ id, name: id, email: `${id}@example.org`, role: 'user' });
const group: Group = { id: 'g', name: 'Team', description: '', permissions: {}, member_count: 1 };
let failing: boolean;
let sent: { url: string; body: unknown }[];

beforeEach(async () => {
  await showLanguage('en');
  await ready();
  toasts.shown = [];
  failing = false;
  sent = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => {
    const json = (body: unknown, status = 200) =>
      Promise.resolve(new Response(JSON.stringify(body), { status }));
    if (init.body) sent.push({ url, body: JSON.parse(String(init.body)) });
    if (failing) return json({ detail: 'No.' }, 503);
    if (url.endsWith('/groups/')) return json([group]);
    if (url.endsWith('/permissions')) return json({ chat: { edit: true, share: false } });
    if (url.endsWith('/users')) return json([member('bo')]);
    return json(group);
  });
});
afterEach(() => vi.unstubAllGlobals());

async function loaded(): Promise<GroupList> {
  const groups = new GroupList();
  await groups.load();
  await groups.loadMembers('g');
  return groups;
}

describe('GroupList', () => {
  it('shows a permission at once and takes it back when the server refuses', async () => {
    const groups = await loaded();
    failing = true;
    const done = groups.allow(group, 'chat', 'share', true);
    expect(groups.find('g')?.permissions).toEqual({ chat: { share: true } });
    await done;
    expect(groups.find('g')?.permissions).toEqual({ chat: { share: false } });
    expect(toasts.shown.map(({ text }) => text)).toEqual(['That did not work: No.']);
  });

  it('adds in the order of names, counts, and brings back who was removed by mistake', async () => {
    const groups = await loaded();
    await groups.add(group, member('al'));
    expect(groups.members?.map(({ id }) => id)).toEqual(['al', 'bo']);
    expect(groups.find('g')?.member_count).toBe(2);
    await groups.drop(group, member('bo'));
    expect(groups.members?.map(({ id }) => id)).toEqual(['al']);
    toasts.shown.at(-1)?.action?.run();
    await vi.waitFor(() => expect(groups.members?.map(({ id }) => id)).toEqual(['al', 'bo']));
    expect(sent.at(-1)).toEqual({ url: '/api/v1/groups/id/g/users/add', body: { user_ids: ['bo'] } });
  });
});
