import {
  deleteUser,
  listUsers,
  updateRoles,
  USERS_A_PAGE,
  type Role,
  type User,
  type UserOrder,
} from '../../../server-api/users';
import type { Failure } from '../../../server-api/failure';
import { toasts } from '../../../shared/toasts/toasts.svelte';
import { t } from '../admin-text';

const TYPING_MS = 250;

/** The accounts of the site, a page at a time, and what an administrator does with many of them. */
export class UserList {
  query = $state('');
  role = $state<Role | ''>('');
  order = $state<UserOrder>('created_at');
  direction = $state<'asc' | 'desc'>('desc');
  /** Counted from 1. */
  page = $state(1);
  users = $state.raw<User[]>([]);
  total = $state(0);
  /** How many wait to be let in, on the whole site. */
  waiting = $state(0);
  status = $state<'loading' | 'ready' | 'failed'>('loading');
  reason = $state('');
  /** A newer page is on its way while the old one is still shown. */
  stale = $state(false);
  /** Of this page. */
  selected = $state.raw<ReadonlySet<string>>(new Set());
  /** Accounts whose change is on its way. */
  busy = $state.raw<ReadonlySet<string>>(new Set());
  /** Of deleting many. */
  progress = $state.raw<{ done: number; of: number } | null>(null);
  #asked = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    void this.countWaiting();
  }

  get pages(): number {
    return Math.max(1, Math.ceil(this.total / USERS_A_PAGE));
  }

  get chosen(): User[] {
    return this.users.filter(({ id }) => this.selected.has(id));
  }

  /** Fetches the page; only the newest question's answer is shown. Safe to repeat. */
  async load(): Promise<void> {
    clearTimeout(this.#typing);
    const asked = ++this.#asked;
    this.stale = this.status === 'ready';
    if (this.status === 'failed') this.status = 'loading';
    const { query, role, order, direction, page } = this;
    const outcome = await listUsers({ query: query.trim(), role, order, direction, page });
    if (asked !== this.#asked) return;
    this.stale = false;
    if ('failure' in outcome) {
      this.status = 'failed';
      this.reason = outcome.failure.message;
      return;
    }
    this.status = 'ready';
    this.users = outcome.value.users;
    this.total = outcome.value.total;
    if (role === 'pending' && query.trim() === '') this.waiting = this.total;
    const here = new Set(this.users.map(({ id }) => id));
    this.selected = new Set([...this.selected].filter((id) => here.has(id)));
    // The last one of the last page has gone.
    if (this.users.length === 0 && page > 1) await this.turnTo(this.pages);
  }

  async countWaiting(): Promise<void> {
    const outcome = await listUsers({
      query: '',
      role: 'pending',
      order: 'created_at',
      direction: 'desc',
      page: 1,
    });
    if ('value' in outcome) this.waiting = outcome.value.total;
  }

  /** Takes effect when the typing pauses. */
  search(text: string): void {
    this.query = text;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.turnTo(1), TYPING_MS);
  }

  filter(role: Role | ''): void {
    this.role = role;
    void this.turnTo(1);
  }

  /** Sorts by a column; a second time turns it around. Names begin at A, times with the newest. */
  sort(order: UserOrder, direction?: 'asc' | 'desc'): void {
    const natural = order === 'created_at' || order === 'last_active_at' ? 'desc' : 'asc';
    const turned = this.direction === 'asc' ? 'desc' : 'asc';
    this.direction = direction ?? (this.order === order ? turned : natural);
    this.order = order;
    void this.turnTo(1);
  }

  turnTo(page: number): Promise<void> {
    this.page = page;
    this.selected = new Set();
    return this.load();
  }

  select(ids: string[], on: boolean): void {
    const next = new Set(this.selected);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    this.selected = next;
  }

  /** Gives them a role at once; what the server refuses is told, the rest can be undone. */
  async changeRoles(users: User[], role: Role): Promise<void> {
    const changed = users.filter((user) => user.role !== role);
    if (changed.length === 0) return;
    const names = new Map(changed.map(({ id, name }) => [id, name]));
    const refused = await this.#send(changed, role);
    if (refused === null) return;
    const done = changed.filter(({ id }) => !refused.has(id));
    for (const [id, reason] of refused) toasts.show(t.users_refused({ name: names.get(id) ?? id, reason }));
    const [first] = done;
    if (first === undefined) return;
    const letIn = done.every((user) => user.role === 'pending') && role === 'user';
    const text =
      done.length === 1
        ? letIn
          ? t.users_let_in({ name: first.name })
          : t.users_role_changed({ name: first.name, role: roleName(role) })
        : letIn
          ? t.users_let_in_many({ count: done.length })
          : t.users_roles_changed({ count: done.length, role: roleName(role) });
    toasts.show(text, { label: t.undo(), run: () => void this.#giveBack(done) });
  }

  /** One after the other, each told as it goes; a refusal stops none of the others. */
  async remove(users: User[]): Promise<void> {
    let gone = 0;
    this.progress = { done: 0, of: users.length };
    for (const [index, user] of users.entries()) {
      const outcome = await deleteUser(user.id);
      if ('value' in outcome) gone++;
      else toasts.show(t.users_refused({ name: user.name, reason: wordsOf(outcome.failure) }));
      this.progress = { done: index + 1, of: users.length };
    }
    this.progress = null;
    const [first] = users;
    if (gone === 1 && users.length === 1 && first) toasts.show(t.users_deleted({ name: first.name }));
    else if (gone > 0) toasts.show(t.users_deleted_many({ count: gone }));
    await this.reload();
  }

  /** Something has changed that the page and the count may show. */
  async reload(): Promise<void> {
    await Promise.all([this.load(), this.countWaiting()]);
  }

  /** Shows an account as it is now, in its place. */
  replace(user: User): void {
    this.users = this.users.map((old) => (old.id === user.id ? { ...old, ...user } : old));
  }

  /** Returns those that were refused, with the reason; null when nothing was done. */
  async #send(users: User[], role: Role): Promise<Map<string, string> | null> {
    const ids = users.map(({ id }) => id);
    this.busy = new Set([...this.busy, ...ids]);
    const outcome = await updateRoles(ids, role);
    this.busy = new Set([...this.busy].filter((id) => !ids.includes(id)));
    if ('failure' in outcome) {
      toasts.show(t.users_role_failed({ reason: wordsOf(outcome.failure) }));
      return null;
    }
    const refused = new Map(outcome.value.refused.map(({ id, reason }) => [id, reason]));
    const done = new Set(ids.filter((id) => !refused.has(id)));
    this.users = this.users.map((user) => (done.has(user.id) ? { ...user, role } : user));
    this.selected = new Set();
    if (this.role === '') void this.countWaiting();
    else void this.reload();
    return refused;
  }

  async #giveBack(users: User[]): Promise<void> {
    for (const role of new Set(users.map((user) => user.role))) {
      await this.#send(
        users.filter((user) => user.role === role),
        role,
      );
    }
  }
}

export const wordsOf = (failure: Failure): string => failure.message || t.answer_network();

export function roleName(role: Role): string {
  return { pending: t.role_pending(), user: t.role_user(), admin: t.role_admin() }[role];
}

/** Why an account cannot be changed by this reader: 'self' keeps its role, 'first' everything. */
export function protectionOf(user: User, me: string | null): 'self' | 'first' | null {
  if (user.id === me) return 'self';
  return user.is_first ? 'first' : null;
}
