import { ask, json, post } from './ask';

const ROOT = '/api/v1/auths';

export interface Profile {
  name: string;
  email: string;
  role: string;
  profile_image_url: string;
  bio: string | null;
  /** How the account signs in; only "password" has one to change. */
  sign_in?: string;
}

/** Times in seconds since 1970. */
export interface ApiKey {
  id: string;
  name: string;
  /** Its last characters. */
  ends_with: string;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  /** Path prefixes that it is good for; empty: all. */
  paths: string[];
}

/** A key that was just made; the key itself is told this once. */
export type NewApiKey = ApiKey & { api_key: string };

export interface Session {
  id: string;
  /** The one that asks. */
  current: boolean;
  created_at: number;
  expires_at: number | null;
  last_active_at?: number | null;
  device: string | null;
}

export const readProfile = () => ask(`${ROOT}/`, {}, json<Profile>);

export const updateProfile = (profile: { name: string; profile_image_url: string; bio: string }) =>
  post(`${ROOT}/update/profile`, profile, json<Omit<Profile, 'bio'>>);

/** Every other session ends with the old password. */
export const changePassword = (password: string, next: string) =>
  post(`${ROOT}/update/password`, { password, new_password: next }, json<boolean>);

export const listApiKeys = () => ask(`${ROOT}/api_keys`, {}, json<ApiKey[]>);

export const createApiKey = (key: { name: string; expires_at?: number; paths?: string[] }) =>
  post(`${ROOT}/api_keys`, key, json<NewApiKey>);

/** The key is refused from then on. Safe to repeat. */
export const revokeApiKey = (id: string) =>
  ask(`${ROOT}/api_keys/${encodeURIComponent(id)}`, { method: 'DELETE' }, json<boolean>);

/** Newest first. */
export const listSessions = () => ask(`${ROOT}/sessions`, {}, json<Session[]>);

export const endSession = (id: string) =>
  ask(`${ROOT}/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' }, json<boolean>);

/** Ends every session of the account but this one. */
export const endOtherSessions = () => post(`${ROOT}/signout/all`, undefined, json<{ ended: number }>);
