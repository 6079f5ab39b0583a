import type { ChatParams, ChatSettings } from '../../server-api/chats';

/** As the reader writes it. */
export interface SettingsForm {
  system: string;
  temperature: string;
  topP: string;
  maxTokens: string;
  stop: string;
  seed: string;
  effort: string;
}

export type Fault = 'range' | 'whole' | 'many' | 'long';
export type Faults = Partial<Record<keyof SettingsForm, Fault | undefined>>;

export const MAX_TEMPERATURE = 2;
export const MAX_STOPS = 4;
/** The server keeps 250,000 of all that a chat has beside its messages. */
export const MAX_SYSTEM = 100_000;

export function formOf({ system, params }: ChatSettings): SettingsForm {
  const number = (value: number | undefined) => (value === undefined ? '' : String(value));
  return {
    system,
    temperature: number(params.temperature),
    topP: number(params.top_p),
    maxTokens: number(params.max_tokens),
    // Open WebUI keeps a single one as a text.
    stop: ([] as string[]).concat(params.stop ?? []).join('\n'),
    seed: number(params.seed),
    effort: params.reasoning_effort ?? '',
  };
}

/**
 * What the reader wrote as settings; null with the faults where some of it is none.
 * @param before What a client set beyond these fields stays.
 */
export function settingsOf(
  form: SettingsForm,
  before: ChatParams,
): { settings: ChatSettings | null; faults: Faults } {
  const faults: Faults = {};
  const number = (field: 'temperature' | 'topP', most: number) => {
    const text = form[field].trim().replace(',', '.');
    const value = Number(text);
    if (text !== '' && !(value >= 0 && value <= most)) faults[field] = 'range';
    return text === '' ? undefined : value;
  };
  const whole = (field: 'maxTokens' | 'seed', least: number) => {
    const text = form[field].trim();
    const value = Number(text);
    if (text !== '' && !(Number.isSafeInteger(value) && value >= least)) faults[field] = 'whole';
    return text === '' ? undefined : value;
  };
  const stops = form.stop.split('\n').filter((line) => line !== '');
  if (stops.length > MAX_STOPS) faults.stop = 'many';
  if (form.system.length > MAX_SYSTEM) faults.system = 'long';
  const wanted = {
    temperature: number('temperature', MAX_TEMPERATURE),
    top_p: number('topP', 1),
    max_tokens: whole('maxTokens', 1),
    stop: stops.length > 0 ? stops : undefined,
    seed: whole('seed', Number.MIN_SAFE_INTEGER),
    reasoning_effort: form.effort === '' ? undefined : form.effort,
  };
  if (Object.keys(faults).length > 0) return { settings: null, faults };
  const all = Object.entries({ ...before, ...wanted }).filter(([, value]) => value !== undefined);
  return { settings: { system: form.system.trim(), params: Object.fromEntries(all) as ChatParams }, faults };
}
