import { t } from '../admin-text';

/** How somebody signs in, in words; a provider goes by its own name. */
export function signInName(way: string | undefined): string {
  if (way === undefined || way === '') return '–';
  const own: Record<string, string> = {
    password: t.sign_in_password(),
    ldap: 'LDAP',
    trusted: t.sign_in_trusted(),
    google: 'Google',
    microsoft: 'Microsoft',
    github: 'GitHub',
    oidc: 'OpenID Connect',
  };
  return own[way] ?? way;
}
