import { ask, json, post, type Outcome } from './ask';

export const ROLES = ['pending', 'user', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** An account as an administrator sees it (docs/accounts.md); times in seconds since 1970. */
export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
  profile_image_url: string;
  last_active_at: number | null;
  created_at: number;
  group_ids?: string[];
  /** Nobody else changes the first administrator. */
  is_first?: boolean;
  /** "password", "ldap", "trusted", or a provider's id. */
  sign_in?: string;
}

export type UserOrder = 'created_at' | 'name' | 'email' | 'role' | 'last_active_at';
export interface UserQuery {
  query: string;
  role: Role | '';
  order: UserOrder;
  direction: 'asc' | 'desc';
  /** Counted from 1. */
  page: number;
}

export const USERS_A_PAGE = 30;
const ROOT = '/api/v1/users';
const at = (id: string) => `${ROOT}/${encodeURIComponent(id)}`;

export interface Refused {
  id: string;
  reason: string;
}
export interface NewUser {
  name: string;
  email: string;
  password: string;
  role: Role;
}

/** One page of 30, and how many there are in all. */
export function listUsers(asked: UserQuery): Promise<Outcome<{ users: User[]; total: number }>> {
  const query = new URLSearchParams({
    order_by: asked.order,
    direction: asked.direction,
    page: String(asked.page),
  });
  if (asked.query !== '') query.set('query', asked.query);
  if (asked.role !== '') query.set('role', asked.role);
  return ask(`${ROOT}/?${query}`, { cache: 'no-store' }, json<{ users: User[]; total: number }>);
}

/** Many at once; those that may not be changed come back with the reason. Safe to repeat. */
export const updateRoles = (ids: string[], role: Role) =>
  post(`${ROOT}/update/roles`, { ids, role }, json<{ updated: number; refused: Refused[] }>);

/** @param change.password Empty leaves it as it is; one's own is changed in the account settings. */
export function updateUser(
  user: User,
  change: { name: string; email: string; role: Role; password: string; group_ids?: string[] },
): Promise<Outcome<User>> {
  const { password, ...rest } = change;
  const body = { ...rest, profile_image_url: user.profile_image_url, ...(password !== '' && { password }) };
  return post(`${at(user.id)}/update`, body, json<User>);
}

/** With everything that the account owned. */
export const deleteUser = (id: string) => ask(at(id), { method: 'DELETE' }, json<boolean>);

export const addUser = (user: NewUser) => post('/api/v1/auths/add', user, json<User>);

/** @param csv Name,Email,Password,Role; a line that is refused comes back with its number and the reason. */
export const importUsers = (csv: string) =>
  ask(
    `${ROOT}/import`,
    { method: 'POST', headers: { 'Content-Type': 'text/csv' }, body: csv },
    json<{ added: number; refused: { line: number; reason: string }[] }>,
  );
