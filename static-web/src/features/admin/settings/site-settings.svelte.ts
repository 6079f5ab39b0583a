import {
  readSettings,
  saveSettings,
  type Setting,
  type SettingsPage,
} from '../../../server-api/site-settings';
import { readTabValue, writeTabValue } from '../../../shared/storage/tab-storage';
import { t } from '../admin-text';

const STORAGE_KEY = 'admin-settings';
type Changes = Record<string, unknown>;

/**
 * The site's settings and what the reader has changed but not saved. Changes live in this tab until they are saved or
 * discarded: another section, a lost connection or a reload takes nothing away.
 */
export class SiteSettings {
  status = $state<'loading' | 'ready' | 'failed'>('loading');
  reason = $state('');
  settings = $state.raw<Setting[]>([]);
  query = $state('');
  saving = $state(false);
  /** Somebody else has saved since the reader's changes began. */
  conflict = $state(false);
  /** Why the last save failed; empty when it did not. */
  complaint = $state('');
  /** What the server finds wrong, by key. */
  errors = $state.raw<Record<string, string>>({});
  #changes = $state.raw<Changes>({});
  #version: SettingsPage['version'] = '';

  constructor() {
    const kept = readTabValue<{ version: SettingsPage['version']; changes: Changes }>(STORAGE_KEY);
    if (kept === null) return;
    this.#changes = kept.changes;
    this.#version = kept.version;
  }

  get dirty(): boolean {
    return Object.keys(this.#changes).length > 0;
  }

  get changed(): number {
    return Object.keys(this.#changes).length;
  }

  /** Fetches what holds on the server. Safe to repeat; changes stay. */
  async load(): Promise<void> {
    if (this.status === 'failed') this.status = 'loading';
    const outcome = await readSettings();
    if ('failure' in outcome) {
      this.status = 'failed';
      this.reason = outcome.failure.message;
      return;
    }
    if (this.dirty && outcome.value.version !== this.#version) this.conflict = true;
    this.#show(outcome.value);
  }

  has(key: string): boolean {
    return this.settings.some((setting) => setting.key === key);
  }

  /** What is shown: the reader's change, else what holds. */
  valueOf(setting: Setting): unknown {
    if (!(setting.key in this.#changes)) return setting.value;
    return this.#changes[setting.key] ?? setting.default;
  }

  isChanged(key: string): boolean {
    return key in this.#changes;
  }

  isDefault(setting: Setting): boolean {
    return same(this.valueOf(setting), setting.default);
  }

  change(setting: Setting, value: unknown): void {
    this.#keep({ ...this.#changes, [setting.key]: value }, setting);
  }

  /** Back to the default, when it is saved. */
  reset(setting: Setting): void {
    this.#keep({ ...this.#changes, [setting.key]: null }, setting);
  }

  discard(): void {
    this.#write({});
    this.conflict = false;
    this.complaint = '';
    this.errors = {};
  }

  /** Returns whether everything is saved. When somebody else was faster, theirs is fetched and the reader chooses. */
  async save(): Promise<boolean> {
    if (!this.dirty || this.saving) return false;
    this.saving = true;
    this.complaint = '';
    this.errors = {};
    const sent = this.#changes;
    const outcome = await saveSettings(this.#version, sent);
    this.saving = false;
    if ('value' in outcome) {
      this.conflict = false;
      // What was written while the save was on its way is still to be saved.
      this.#write(
        Object.fromEntries(Object.entries(this.#changes).filter(([key, value]) => sent[key] !== value)),
      );
      this.#show(outcome.value);
      return !this.dirty;
    }
    const { failure } = outcome;
    if (failure.status === 412) {
      await this.load();
      this.conflict = true;
      return false;
    }
    // The version that was sent is the newest: theirs is known already. No answer at all says nothing about it.
    if (failure.status !== 0) this.conflict = false;
    this.errors = failure.errors ?? {};
    this.complaint = failure.message || t.answer_network();
    return false;
  }

  #show(page: SettingsPage): void {
    this.settings = page.settings;
    this.#version = page.version;
    this.status = 'ready';
    // A setting that is locked by now, or gone, cannot be changed any more.
    const free = new Set(page.settings.filter(({ locked_by }) => locked_by === null).map(({ key }) => key));
    this.#write(Object.fromEntries(Object.entries(this.#changes).filter(([key]) => free.has(key))));
  }

  #keep(changes: Changes, { key, value, default: fallback }: Setting): void {
    const rest = { ...changes };
    if (same(rest[key] ?? fallback, value)) delete rest[key];
    this.errors = Object.fromEntries(Object.entries(this.errors).filter(([field]) => field !== key));
    this.#write(rest);
    if (!this.dirty) this.conflict = false;
  }

  #write(changes: Changes): void {
    this.#changes = changes;
    writeTabValue(STORAGE_KEY, this.dirty ? { version: this.#version, changes } : null);
  }
}

/** Two values that came as JSON. Objects have their fields in the same order here: both came from one list. */
export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
