import { ask, json, post } from './ask';
import type { AccessControl } from './sharing';

/** A text at hand under a command (docs/prompts.md). */
export interface Prompt {
  /** With its slash. */
  command: string;
  title: string;
  content: string;
  /** Unix seconds of its last change. */
  timestamp: number;
  /** Only to who may change it. */
  access_control?: AccessControl;
  write_access: boolean;
}

export type PromptForm = Pick<Prompt, 'command' | 'title' | 'content'> & { access_control?: AccessControl };

const ROOT = '/api/v1/prompts';
const at = (command: string) => `${ROOT}/command/${encodeURIComponent(command.replace(/^\//, ''))}`;

/** The reader's own and what is shared with the reader. */
export const listPrompts = () => ask(`${ROOT}/`, { cache: 'no-store' }, json<Prompt[]>);
export const createPrompt = (form: PromptForm) => post(`${ROOT}/create`, form, json<Prompt>);
export const updatePrompt = (command: string, form: Partial<PromptForm>) =>
  post(`${at(command)}/update`, form, json<Prompt>);
export const deletePrompt = (command: string) =>
  ask(`${at(command)}/delete`, { method: 'DELETE' }, json<boolean>);
