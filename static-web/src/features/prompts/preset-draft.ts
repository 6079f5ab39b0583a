import type { Preset, PresetForm, PresetParams } from '../../server-api/presets';
import type { AccessControl } from '../../server-api/sharing';

/** A preset while it is written: every field a text, so that an empty one means "as the model has it". */
export interface PresetDraft {
  name: string;
  base: string;
  description: string;
  picture: string;
  system: string;
  greeting: string;
  /** One on each line. */
  starters: string;
  temperature: string;
  topP: string;
  maxTokens: string;
  effort: string;
  active: boolean;
  control: AccessControl;
}

export function draftOf(preset: Preset | null, baseModel: string): PresetDraft {
  const { meta = {}, params = {} }: Partial<Preset> = preset ?? {};
  const text = (value: number | string | null | undefined) => String(value ?? '');
  return {
    name: preset?.name ?? '',
    base: preset?.base_model_id ?? baseModel,
    description: text(meta.description),
    picture: text(meta.profile_image_url),
    system: text(params.system),
    greeting: text(meta.greeting),
    starters: (meta.suggestion_prompts ?? []).map(({ content }) => content.replaceAll('\n', ' ')).join('\n'),
    temperature: text(params.temperature),
    topP: text(params.top_p),
    maxTokens: text(params.max_tokens),
    effort: text(params.reasoning_effort),
    active: preset?.is_active ?? true,
    control: preset?.access_control === undefined ? { read: {} } : preset.access_control,
  };
}

/** What is sent. Parameters that the form has no field for stay as they were. */
export function formOf(draft: PresetDraft, before: Preset | null, id: string): PresetForm {
  const params: PresetParams = { ...before?.params };
  const set = (name: string, text: string, value: unknown) => {
    if (text.trim() === '') delete params[name];
    else params[name] = value;
  };
  set('system', draft.system, draft.system.trim());
  set('temperature', draft.temperature, numberOf(draft.temperature));
  set('top_p', draft.topP, numberOf(draft.topP));
  set('max_tokens', draft.maxTokens, numberOf(draft.maxTokens));
  set('reasoning_effort', draft.effort, draft.effort);
  return {
    id,
    base_model_id: draft.base,
    name: draft.name.trim(),
    meta: {
      description: draft.description.trim() || null,
      profile_image_url: draft.picture || null,
      greeting: draft.greeting.trim() || null,
      suggestion_prompts: draft.starters
        .split('\n')
        .map((line) => ({ content: line.trim() }))
        .filter(({ content }) => content !== ''),
    },
    params,
    access_control: draft.control,
    is_active: draft.active,
  };
}

/** A comma for a point, as half the world writes it. What is no number goes as it is, and the server says so. */
function numberOf(text: string): number | string {
  const number = Number(text.trim().replace(',', '.'));
  return Number.isNaN(number) ? text.trim() : number;
}

/** Letters of the name, and four at random: another person's preset may have the same name. */
export function newId(name: string, random: () => number = Math.random): string {
  const words = name
    .toLowerCase()
    .replace(/[^\p{L}\p{Nd}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  const tail = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return `${words || 'preset'}-${tail}`;
}
