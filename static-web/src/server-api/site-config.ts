import { readFailure, unreachable, type Failure } from './failure';

/** Least first (docs/accounts.md). A guest came in with an access code and has no account. */
export type Standing = 'stranger' | 'pending' | 'guest' | 'user' | 'admin';

/** Who is signed in. */
export interface Account {
  id: string;
  email: string;
  name: string;
  role: string;
  profile_image_url: string;
}

/** GET /api/config, the part that this page reads. */
export interface SiteConfig {
  name: string;
  version: string;
  default_locale: string;
  hideUserApiKey: boolean;
  defaultModel: string;
  /** A service tells browsers what other browsers of the same reader do. */
  realtime?: boolean;
  /** There is no account yet: who signs up now is the admin. */
  onboarding?: boolean;
  /** Ids of the sign-in providers and what they call themselves. */
  oauth: { providers: Record<string, string> };
  features: Partial<
    Record<
      | 'auth'
      | 'auth_trusted_header'
      | 'enable_ldap'
      | 'enable_api_keys'
      | 'enable_api_keys_endpoint_restrictions'
      | 'enable_signup'
      | 'enable_login_form'
      | 'enable_folders'
      | 'enable_title_generation'
      | 'enable_version_update_check'
      | 'enable_admin_export',
      boolean
    >
  >;
  access: {
    mode: 'open' | 'code' | 'accounts';
    granted: boolean;
    warning: 'open_to_network' | null;
    standing?: Standing;
    /** Sign-up, and a first sign-in with a provider, ask for the access code before. */
    needs_code?: boolean;
    ldap_label?: string | null;
    min_password_characters?: number;
    password_hint?: string | null;
  };
  /** What may be attached: megabytes, files of a message, pixels of photos. */
  file?: { max_size: number; max_count: number; image_compression: { width: number; height: number } };
  /** Null for strangers and guests. */
  user?: Account | null;
  ui?: { pending_user_overlay_title?: string; pending_user_overlay_content?: string };
  banners?: Banner[];
  /** What this reader may do, by section and flag; absent for strangers and guests. */
  permissions?: Partial<Record<string, Partial<Record<string, boolean>>>>;
}

/** A notice of the administrator's for everybody; `content` is Markdown. */
export interface Banner {
  id: string;
  type: 'info' | 'success' | 'warning' | 'error';
  title?: string;
  content: string;
  dismissible: boolean;
  timestamp: number;
}

export type ConfigOutcome = { config: SiteConfig } | { failure: Failure };

/** Public; safe to repeat. */
export async function fetchSiteConfig(): Promise<ConfigOutcome> {
  try {
    const response = await fetch('/api/config');
    if (!response.ok) return { failure: await readFailure(response) };
    return { config: (await response.json()) as SiteConfig };
  } catch {
    return { failure: unreachable };
  }
}
