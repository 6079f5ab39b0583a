import { ask, json, post } from './ask';

/** What is allowed, by section and flag. */
export type Permissions = Record<string, Record<string, boolean>>;

export interface Group {
  id: string;
  name: string;
  description: string;
  permissions: Permissions | null;
  user_ids?: string[];
  member_count: number;
}

export interface Member {
  id: string;
  name: string;
  email: string;
  role: string;
}

const ROOT = '/api/v1/groups';
const at = (id: string) => `${ROOT}/id/${encodeURIComponent(id)}`;

/** All of the site, for an administrator. */
export const listGroups = () => ask(`${ROOT}/`, { cache: 'no-store' }, json<Group[]>);
export const createGroup = (name: string, description: string) =>
  post(`${ROOT}/create`, { name, description }, json<Group>);
export const updateGroup = (group: Pick<Group, 'id' | 'name' | 'description' | 'permissions'>) =>
  post(
    `${at(group.id)}/update`,
    { name: group.name, description: group.description, permissions: group.permissions },
    json<Group>,
  );
export const deleteGroup = (id: string) => ask(`${at(id)}/delete`, { method: 'DELETE' }, json<boolean>);
export const listMembers = (id: string) => post(`${at(id)}/users`, undefined, json<Member[]>);
/** Safe to repeat, as is removing. */
export const addMembers = (id: string, ids: string[]) =>
  post(`${at(id)}/users/add`, { user_ids: ids }, json<Group>);
export const removeMembers = (id: string, ids: string[]) =>
  post(`${at(id)}/users/remove`, { user_ids: ids }, json<Group>);

/** What everybody is allowed; names every flag that the server has. */
export const readDefaultPermissions = () =>
  ask('/api/v1/users/default/permissions', { cache: 'no-store' }, json<Permissions>);
