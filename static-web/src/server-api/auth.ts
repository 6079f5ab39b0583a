import { ask, json, post, type Outcome } from './ask';
import type { Account } from './site-config';

const ROOT = '/api/v1/auths';

/** What a sign-in answers. The session itself is a cookie that no script can read; the token in the body is not for us. */
export type SignedIn = Pick<Account, 'id' | 'role'>;

export const signUp = (form: { name: string; email: string; password: string }) =>
  post(`${ROOT}/signup`, form, json<SignedIn>);

export const signIn = (form: { email: string; password: string }) =>
  post(`${ROOT}/signin`, form, json<SignedIn>);

/** Signs in by the directory (LDAP). */
export const signInByDirectory = (form: { user: string; password: string }) =>
  post(`${ROOT}/ldap`, form, json<SignedIn>);

/** Ends this session. `redirect_url`: where the provider ends its own. Safe to repeat. */
export const signOut = () => post(`${ROOT}/signout`, undefined, json<{ redirect_url?: string | null }>);

/** Whom a pending account may ask; a 400 when the site does not tell. */
export const adminToAsk = (): Promise<Outcome<{ name: string; email: string }>> =>
  ask(`${ROOT}/admin/details`, {}, json<{ name: string; email: string }>);

/** Where a provider's sign-in begins. */
export const providerAddress = (id: string) => `/oauth/${encodeURIComponent(id)}/login`;
