import {
  createApiKey,
  listApiKeys,
  revokeApiKey,
  type ApiKey,
  type NewApiKey,
} from '../../server-api/account';
import type { Failure } from '../../server-api/failure';

const DAY_SECONDS = 86_400;

export const LIFETIMES = { week: 7, month: 30, year: 365, never: 0 };
export type Lifetime = keyof typeof LIFETIMES;

/** The account's API keys. */
export class ApiKeys {
  state = $state<'loading' | 'ready' | 'failed' | 'off'>('loading');
  list = $state.raw<ApiKey[]>([]);
  /** Just made; gone for good once the reader has it. */
  fresh = $state.raw<NewApiKey | null>(null);

  async load(): Promise<void> {
    const outcome = await listApiKeys();
    if ('value' in outcome) {
      this.list = outcome.value;
      this.state = 'ready';
    } else this.state = outcome.failure.status === 403 ? 'off' : 'failed';
  }

  /** @param paths One on each line. Returns what went wrong. */
  async create(name: string, lifetime: Lifetime, paths: string): Promise<Failure | null> {
    const asked: Parameters<typeof createApiKey>[0] = { name: name.trim() };
    const days = LIFETIMES[lifetime];
    if (days > 0) asked.expires_at = Math.floor(Date.now() / 1000) + days * DAY_SECONDS;
    const prefixes = linesOf(paths);
    if (prefixes.length > 0) asked.paths = prefixes;
    const outcome = await createApiKey(asked);
    if ('failure' in outcome) return outcome.failure;
    this.fresh = outcome.value;
    // A load meanwhile may have brought it already.
    this.list = [outcome.value, ...this.list.filter(({ id }) => id !== outcome.value.id)];
    return null;
  }

  /** Returns whether it is revoked. */
  async revoke(key: ApiKey): Promise<boolean> {
    const outcome = await revokeApiKey(key.id);
    // One that is not there any more is as good as revoked.
    if ('failure' in outcome && outcome.failure.status !== 404) return false;
    this.list = this.list.filter(({ id }) => id !== key.id);
    if (this.fresh?.id === key.id) this.fresh = null;
    return true;
  }
}

export function linesOf(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Whether each line is a path of this site. */
export function arePaths(text: string): boolean {
  return linesOf(text).every((line) => /^\/(?!\/)\S*$/.test(line));
}
