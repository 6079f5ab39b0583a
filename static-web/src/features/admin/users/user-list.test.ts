import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Role, User } from '../../../server-api/users';
import { showLanguage } from '../../../shared/language/language.svelte';
import { toasts } from '../../../shared/toasts/toasts.svelte';
import { ready } from '../admin-text';
import { protectionOf, UserList } from './user-list.svelte';

const user = (id: string, role: Role = 'user'): User => ({
  id,
  name: id,
  email: `${id}@example.org`,
  role,
  profile_image_url: '',
  last_active_at: null,
  created_at: 1,
});

let people: User[];
let asked: string[];
let hold: Promise<void> | null;
let refused: string[];

const said = () => toasts.shown.map(({ text }) => text);

beforeEach(async () => {
  await showLanguage('en');
  await ready();
  toasts.shown = [];
  people = [user('ada', 'admin'), user('bo', 'pending'), user('cy', 'pending'), user('di')];
  asked = [];
  hold = null;
  refused = [];
  vi.stubGlobal('fetch', async (address: string, init: RequestInit = {}) => {
    const url = new URL(address, 'http://x');
    asked.push(`${init.method ?? 'GET'} ${url.pathname}${url.search}`);
    const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
    if (url.pathname.endsWith('/update/roles')) {
      const { ids, role } = JSON.parse(String(init.body)) as { ids: string[]; role: Role };
      const done = ids.filter((id) => !refused.includes(id));
      people = people.map((one) => (done.includes(one.id) ? { ...one, role } : one));
      return json({ updated: done.length, refused: refused.map((id) => ({ id, reason: 'No.' })) });
    }
    if (init.method === 'DELETE') {
      const id = url.pathname.split('/').at(-1) ?? '';
      if (refused.includes(id)) return json({ detail: 'No.' }, 403);
      people = people.filter((one) => one.id !== id);
      return json(true);
    }
    const role = url.searchParams.get('role');
    const query = url.searchParams.get('query') ?? '';
    const found = people.filter((one) => (role === null || one.role === role) && one.name.includes(query));
    const page = Number(url.searchParams.get('page'));
    if (hold && query !== '') await hold;
    return json({ users: found.slice((page - 1) * 30, page * 30), total: found.length });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function loaded(): Promise<UserList> {
  const users = new UserList();
  await users.reload();
  return users;
}

const names = (users: UserList) => users.users.map(({ id }) => id);

describe('UserList', () => {
  it('counts who waits, whatever is listed', async () => {
    const users = await loaded();
    expect([users.total, users.waiting]).toEqual([4, 2]);
  });

  it('asks once the typing pauses, from the first page on', async () => {
    const users = await loaded();
    vi.useFakeTimers();
    asked = [];
    for (const text of ['b', 'bo']) users.search(text);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toEqual(['GET /api/v1/users/?order_by=created_at&direction=desc&page=1&query=bo']);
    expect(names(users)).toEqual(['bo']);
  });

  it('drops the answer of an older question', async () => {
    const users = await loaded();
    let free = () => {};
    hold = new Promise((resolve) => (free = resolve));
    users.query = 'bo';
    const older = users.load();
    users.query = '';
    await users.load();
    free();
    await older;
    expect(names(users)).toHaveLength(4);
  });

  it('turns a column around at the second press; times begin with the newest, names with A', async () => {
    const users = await loaded();
    const order = () => `${users.order} ${users.direction}`;
    users.sort('name');
    expect(order()).toBe('name asc');
    users.sort('name');
    expect(order()).toBe('name desc');
    users.sort('last_active_at');
    expect(order()).toBe('last_active_at desc');
  });

  it('lets many in at once, tells who was refused, and gives back by undo', async () => {
    const users = await loaded();
    refused = ['cy'];
    await users.changeRoles(
      users.users.filter(({ role }) => role === 'pending'),
      'user',
    );
    expect(said()).toEqual(['cy: No.', 'bo is let in.']);
    await vi.waitFor(() => expect(users.waiting).toBe(1));
    refused = [];
    toasts.shown.at(-1)?.action?.run();
    await vi.waitFor(() => expect(people.find(({ id }) => id === 'bo')?.role).toBe('pending'));
  });

  it('asks for nothing when the role is the one they have', async () => {
    const users = await loaded();
    asked = [];
    await users.changeRoles([user('di')], 'user');
    expect(asked).toEqual([]);
  });

  it('deletes one by one, goes on after a refusal, and tells how far it is', async () => {
    const users = await loaded();
    refused = ['bo'];
    const steps: (number | undefined)[] = [];
    const stop = setInterval(() => steps.push(users.progress?.done));
    await users.remove(users.users.filter(({ id }) => id !== 'ada'));
    clearInterval(stop);
    expect(names(users)).toEqual(['ada', 'bo']);
    expect(said()).toEqual(['bo: No.', '2 accounts are deleted.']);
    expect(users.progress).toBeNull();
  });

  it('goes to the last page when the page has emptied', async () => {
    people = Array.from({ length: 31 }, (_, number) => user(`u${number}`));
    const users = await loaded();
    await users.turnTo(2);
    expect(names(users)).toEqual(['u30']);
    await users.remove(users.users);
    expect(users.page).toBe(1);
    expect(names(users)).toHaveLength(30);
  });

  it('forgets a selection with its page', async () => {
    const users = await loaded();
    users.select(['bo', 'cy'], true);
    expect(users.chosen.map(({ id }) => id)).toEqual(['bo', 'cy']);
    await users.turnTo(1);
    expect(users.selected.size).toBe(0);
  });
});

describe('protectionOf', () => {
  it('keeps oneself and the first administrator', () => {
    expect(protectionOf(user('me', 'admin'), 'me')).toBe('self');
    expect(protectionOf({ ...user('ada', 'admin'), is_first: true }, 'me')).toBe('first');
    expect(protectionOf(user('bo'), 'me')).toBeNull();
  });
});
