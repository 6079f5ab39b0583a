import { ask, json, post } from './ask';
import type { AccessControl } from './sharing';

/** A model under another name, with words of its own (docs/prompts.md). */
export interface Preset {
  id: string;
  base_model_id: string;
  name: string;
  meta: PresetMeta;
  /** Empty to who may not change it. */
  params: PresetParams;
  access_control?: AccessControl;
  is_active: boolean;
  write_access: boolean;
}

export interface PresetMeta {
  description?: string | null;
  profile_image_url?: string | null;
  greeting?: string | null;
  suggestion_prompts?: { content: string }[] | null;
  tags?: { name: string }[] | null;
  capabilities?: Record<string, boolean> | null;
}

export interface PresetParams {
  system?: string;
  temperature?: number;
  top_p?: number;
  max_tokens?: number;
  frequency_penalty?: number;
  presence_penalty?: number;
  stop?: string[];
  reasoning_effort?: string;
  [other: string]: unknown;
}

export type PresetForm = Pick<Preset, 'id' | 'base_model_id' | 'name' | 'meta' | 'params'> & {
  access_control?: AccessControl;
  is_active?: boolean;
};

const ROOT = '/api/v1/models';

/** Those that the reader may use or change. Models that an administrator changed stand in the same list, and are left out. */
export const listPresets = () =>
  ask(`${ROOT}/list`, { cache: 'no-store' }, async (response) =>
    (await json<{ items: Preset[] }>(response)).items.filter(({ base_model_id }) => base_model_id),
  );
export const createPreset = (form: PresetForm) => post(`${ROOT}/create`, form, json<Preset>);
export const updatePreset = (form: PresetForm) => post(`${ROOT}/model/update`, form, json<Preset>);
export const deletePreset = (id: string) => post(`${ROOT}/model/delete`, { id }, json<boolean>);
