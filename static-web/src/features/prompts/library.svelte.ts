import type { Failure } from '../../server-api/failure';
import {
  createPreset,
  deletePreset,
  listPresets,
  updatePreset,
  type Preset,
  type PresetForm,
} from '../../server-api/presets';
import {
  createPrompt,
  deletePrompt,
  listPrompts,
  updatePrompt,
  type Prompt,
  type PromptForm,
} from '../../server-api/prompts';
import type { Found } from './import-file';

export type Shelf = 'prompts' | 'presets';

/** What became of one item of a file. */
export interface Imported {
  found: Found;
  /** The server's reason; empty where it was taken. */
  reason: string;
}

/** The prompts and presets that the reader has, and may use. */
class Library {
  prompts = $state.raw<Prompt[]>([]);
  presets = $state.raw<Preset[]>([]);
  state = $state<'unread' | 'loading' | 'ready' | 'failed'>('unread');
  reason = $state('');

  /** Reads both anew. Safe to repeat. */
  async load(): Promise<void> {
    if (this.state !== 'ready') this.state = 'loading';
    const [prompts, presets] = await Promise.all([listPrompts(), listPresets()]);
    if ('failure' in prompts || 'failure' in presets) {
      const failed = 'failure' in prompts ? prompts : presets;
      if (this.state !== 'ready') this.state = 'failed';
      this.reason = 'failure' in failed ? failed.failure.message : '';
      return;
    }
    this.prompts = prompts.value;
    this.presets = presets.value;
    this.state = 'ready';
  }

  /** @param before Its command so far; null for a new one. Returns the failure, or null. */
  async savePrompt(before: string | null, form: PromptForm): Promise<Failure | null> {
    const outcome = await (before === null ? createPrompt(form) : updatePrompt(before, form));
    if ('failure' in outcome) return outcome.failure;
    await this.load();
    return null;
  }

  async removePrompt(prompt: Prompt): Promise<Failure | null> {
    const outcome = await deletePrompt(prompt.command);
    // Gone already is gone.
    if ('failure' in outcome && outcome.failure.status !== 404) return outcome.failure;
    this.prompts = this.prompts.filter((other) => other !== prompt);
    return null;
  }

  async savePreset(isNew: boolean, form: PresetForm): Promise<Failure | null> {
    const outcome = await (isNew ? createPreset(form) : updatePreset(form));
    if ('failure' in outcome) return outcome.failure;
    await this.load();
    return null;
  }

  async removePreset(preset: Preset): Promise<Failure | null> {
    const outcome = await deletePreset(preset.id);
    if ('failure' in outcome && outcome.failure.status !== 404) return outcome.failure;
    this.presets = this.presets.filter((other) => other !== preset);
    return null;
  }

  /** One after the other: a limit is met where it is met, and the reasons stand beside their items. */
  async take(items: Found[], told: (done: Imported[]) => void): Promise<void> {
    const done: Imported[] = [];
    for (const found of items) {
      // What is imported is the reader's own, whomever it was shared with elsewhere.
      const outcome =
        found.kind === 'prompt'
          ? await createPrompt({ ...found.form, access_control: {} })
          : found.kind === 'preset'
            ? await createPreset({ ...found.form, access_control: {} })
            : null;
      done.push({ found, reason: outcome && 'failure' in outcome ? outcome.failure.message || '?' : '' });
      told([...done]);
    }
    await this.load();
  }
}

export const library = new Library();
