import { ask, json, post, type Outcome } from './ask';

/** A setting that an administrator changes (docs/accounts.md). */
export interface Setting {
  key: string;
  type: string;
  value: unknown;
  default: unknown;
  /** The environment variable that fixes it; null when it can be changed here. */
  locked_by: string | null;
  options?: string[];
  /** Of the permissions: flags that a variable fixes by itself, `section.flag` and its name. */
  locked_flags?: Record<string, string>;
}

export interface SettingsPage {
  /** Names the state that was read: a save of an older one is refused with 412. */
  version: string;
  settings: Setting[];
}

export interface SignInProvider {
  id: string;
  name: string;
  redirect_uri: string;
}

const ROOT = '/api/v1/configs';

export const readSettings = () => ask(`${ROOT}/settings`, { cache: 'no-store' }, json<SettingsPage>);

/** @param changes By key; null returns a setting to its default. */
export const saveSettings = (version: SettingsPage['version'], changes: Record<string, unknown>) =>
  post(`${ROOT}/settings`, { version, changes }, json<SettingsPage>);

export const exportSettings = () => ask(`${ROOT}/export`, { cache: 'no-store' }, json<unknown>);
/** What this site does not know, or the environment fixes, is left out and told. */
export const importSettings = (config: unknown) =>
  post(
    `${ROOT}/import`,
    { config },
    json<{ imported: string[]; ignored: { key: string; reason: string }[] }>,
  );

/** The configured sign-in providers; none where the server does not tell. */
export async function readProviders(): Promise<SignInProvider[]> {
  const outcome: Outcome<{ providers?: SignInProvider[] }> = await ask(
    '/api/v1/auths/admin/oauth',
    {},
    json<{ providers?: SignInProvider[] }>,
  );
  return 'value' in outcome ? (outcome.value.providers ?? []) : [];
}
