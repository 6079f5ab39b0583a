import type { PresetForm, PresetParams } from '../../server-api/presets';
import type { PromptForm } from '../../server-api/prompts';

/*
 * What other programs export, read into our forms: NextChat's masks (one, a list, or inside its backup) and its prompts, Open
 * WebUI's prompts and models. One item that cannot be read does not stop the others.
 */
export type Trouble =
  'no_name' | 'no_content' | 'no_words' | 'is_model' | 'builtin' | 'not_an_object' | 'unknown_form';

export type Found =
  | { kind: 'prompt'; label: string; form: PromptForm }
  | {
      kind: 'preset';
      label: string;
      form: PresetForm;
      /** Pictures of masks have no file. */ examples: number;
    }
  | { kind: 'broken'; label: string; why: Trouble };

export interface ImportOptions {
  /** Stands under what names no model. */
  baseModel: string;
  /** Makes ids of names. */
  newId: (name: string) => string;
  /** Between a preset's system prompt and its examples. */
  exampleHeading: string;
}

type Fields = Record<string, unknown>;

/** Null: no JSON at all. */
export function readImport(text: string, options: ImportOptions): Found[] | null {
  let root: unknown;
  try {
    root = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
  if (Array.isArray(root)) return root.map((item) => readItem(item, options));
  if (!isFields(root)) return [{ kind: 'broken', label: '', why: 'not_an_object' }];
  if ('mask-store' in root || 'prompt-store' in root) return readBackup(root, options);
  for (const list of [root.items, root.models, root.prompts, root.masks])
    if (Array.isArray(list) || isFields(list)) return valuesOf(list).map((item) => readItem(item, options));
  return [readItem(root, options)];
}

/** NextChat's backup: every store under its name. What NextChat itself brings along is not imported. */
function readBackup(root: Fields, options: ImportOptions): Found[] {
  const masks = valuesOf(fieldsOf(fieldsOf(root['mask-store']).masks)).filter(
    (mask) => !isFields(mask) || mask.builtin !== true,
  );
  const prompts = valuesOf(fieldsOf(fieldsOf(root['prompt-store']).prompts)).filter(
    (prompt) => !isFields(prompt) || prompt.isUser !== false,
  );
  return [
    ...masks.map((mask) => readMask(mask, options)),
    ...prompts.map((prompt) => (isFields(prompt) ? readPrompt(prompt) : broken('', 'not_an_object'))),
  ];
}

function readItem(item: unknown, options: ImportOptions): Found {
  if (!isFields(item)) return broken('', 'not_an_object');
  if ('modelConfig' in item || 'context' in item) return readMask(item, options);
  if ('command' in item || ('content' in item && 'title' in item)) return readPrompt(item);
  if ('base_model_id' in item || 'info' in item || ('meta' in item && 'params' in item))
    return readModel(item, options);
  return broken(textOf(item.name) || textOf(item.title) || textOf(item.id), 'unknown_form');
}

export function readPrompt(item: Record<string, unknown>): Found {
  const title = (textOf(item.title) || textOf(item.name) || textOf(item.command).replace(/^\//, '')).trim();
  const content = textOf(item.content);
  const command = commandOf(textOf(item.command) || title);
  if (command === '') return broken(title, 'no_name');
  if (content.trim() === '') return broken(title, 'no_content');
  return {
    kind: 'prompt',
    label: title,
    form: { command: `/${command}`, title: title.slice(0, 200), content },
  };
}

/** A command has no blanks; letters of every script stay. */
export const commandOf = (text: string): string =>
  text
    .trim()
    .replace(/^\/+/, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{Nd}_.-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);

/** A mask's system messages are its system prompt; of the others the last word of the model greets, the rest are examples. */
export function readMask(item: unknown, options: ImportOptions): Found {
  if (!isFields(item)) return broken('', 'not_an_object');
  const name = textOf(item.name).trim();
  if (item.builtin === true) return broken(name, 'builtin');
  if (name === '') return broken(textOf(item.id), 'no_name');
  const messages = valuesOf(Array.isArray(item.context) ? item.context : [])
    .filter(isFields)
    .map((message) => ({ role: textOf(message.role), content: contentOf(message.content).trim() }))
    .filter(({ content }) => content !== '');
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const examples = messages.filter(({ role }) => role !== 'system');
  const config = fieldsOf(item.modelConfig);
  // Such a mask follows whatever its program is set to.
  const own = item.syncGlobalConfig === true ? {} : config;
  const params = paramsOf(own);
  if (messages.length === 0 && Object.keys(params).length === 0) return broken(name, 'no_words');
  const greets = examples.length === 1 && examples[0]?.role === 'assistant';
  const shown = greets ? [] : examples;
  if (shown.length > 0)
    system.push(
      `${options.exampleHeading}\n\n${shown.map(({ role, content }) => `${role}: ${content}`).join('\n\n')}`,
    );
  if (system.length > 0) params.system = system.join('\n\n');
  return {
    kind: 'preset',
    label: name,
    examples: shown.length,
    form: {
      id: options.newId(name),
      base_model_id: textOf(own.model) || options.baseModel,
      name: name.slice(0, 200),
      meta: {
        greeting: greets ? (examples[0]?.content.slice(0, 2000) ?? null) : null,
        suggestion_prompts: [],
      },
      params,
    },
  };
}

function readModel(item: Fields, options: ImportOptions): Found {
  // Older exports are the page's list of models, with the form inside.
  const form = isFields(item.info) ? item.info : item;
  const name = (textOf(form.name) || textOf(item.name)).trim();
  const id = textOf(form.id) || textOf(item.id);
  if (name === '' && id === '') return broken('', 'no_name');
  if (textOf(form.base_model_id) === '') return broken(name || id, 'is_model');
  const meta = fieldsOf(form.meta);
  const starters = Array.isArray(meta.suggestion_prompts) ? meta.suggestion_prompts : [];
  const tags = Array.isArray(meta.tags) ? meta.tags : [];
  return {
    kind: 'preset',
    label: name || id,
    examples: 0,
    form: {
      id: id || options.newId(name),
      base_model_id: textOf(form.base_model_id),
      name: (name || id).slice(0, 200),
      meta: {
        description: textOf(meta.description).slice(0, 2000) || null,
        profile_image_url: textOf(meta.profile_image_url) || null,
        greeting: textOf(meta.greeting).slice(0, 2000) || null,
        suggestion_prompts: starters
          .map((starter) => ({
            content: textOf(isFields(starter) ? starter.content : starter).slice(0, 1000),
          }))
          .filter(({ content }) => content !== '')
          .slice(0, 12),
        tags: tags
          .map((tag) => ({ name: textOf(isFields(tag) ? tag.name : tag).slice(0, 60) }))
          .filter((tag) => tag.name !== '')
          .slice(0, 20),
      },
      params: paramsOf(fieldsOf(form.params)),
    },
  };
}

const NUMBERS = [
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'max_tokens',
  'seed',
  'frequency_penalty',
  'presence_penalty',
];

/** What a provider may be told; everything else belongs to the other program. */
function paramsOf(from: Fields): PresetParams {
  const params: PresetParams = {};
  if (textOf(from.system) !== '') params.system = textOf(from.system);
  for (const name of NUMBERS) {
    const value = from[name];
    if (typeof value === 'number' && Number.isFinite(value)) params[name] = value;
  }
  const stop = typeof from.stop === 'string' ? from.stop.split(',') : from.stop;
  const stops = Array.isArray(stop)
    ? stop.map((each) => textOf(each).trim()).filter((each) => each !== '')
    : [];
  if (stops.length > 0) params.stop = stops.slice(0, 16);
  if (textOf(from.reasoning_effort) !== '') params.reasoning_effort = textOf(from.reasoning_effort);
  return params;
}

/** A message's text; of several parts those that are text. */
function contentOf(content: unknown): string {
  if (!Array.isArray(content)) return textOf(content);
  return content.map((part) => textOf(fieldsOf(part).text)).join('');
}

const broken = (label: string, why: Trouble): Found => ({ kind: 'broken', label, why });
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const valuesOf = (list: Fields | unknown[]): unknown[] => (Array.isArray(list) ? list : Object.values(list));
