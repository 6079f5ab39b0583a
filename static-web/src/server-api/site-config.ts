import { readFailure, unreachable, type Failure } from './failure';

/** GET /api/config, the part that this page reads. */
export interface SiteConfig {
  name: string;
  version: string;
  default_locale: string;
  hideUserApiKey: boolean;
  defaultModel: string;
  access: { mode: 'code' | 'open'; granted: boolean; warning: 'open_to_network' | null };
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
