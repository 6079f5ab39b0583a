import type { Prompt } from '../../server-api/prompts';
import { library } from './library.svelte';

/** A prompt as the composer offers it behind a slash. */
export interface PromptSuggestion {
  /** The command, with its slash. */
  label: string;
  detail: string;
  /** The text, with its variables as they stand. */
  insert: string;
  prompt: Prompt;
}

const MOST = 8;

/**
 * Prompts whose command or title has what stands behind the slash; those that begin with it first, a person's own before
 * shared ones of the same command. Empty for what is no command.
 * @param text The composer's text up to the caret.
 */
export function find(text: string, prompts: Prompt[] = library.prompts): PromptSuggestion[] {
  const match = /^\/(\S*)$/.exec(text);
  if (!match) return [];
  const wanted = (match[1] ?? '').toLocaleLowerCase();
  const ranked = prompts
    .map((prompt) => ({ prompt, rank: rankOf(prompt, wanted) }))
    .filter(({ rank }) => rank < 3);
  return ranked
    .sort((a, b) => a.rank - b.rank || a.prompt.command.length - b.prompt.command.length)
    .slice(0, MOST)
    .map(({ prompt }) => ({ label: prompt.command, detail: prompt.title, insert: prompt.content, prompt }));
}

/** Fetches what `find` looks through, once. */
export async function ready(): Promise<void> {
  if (library.state === 'unread') await library.load();
}

function rankOf({ command, title }: Prompt, wanted: string): number {
  const name = command.slice(1).toLocaleLowerCase();
  if (name.startsWith(wanted)) return 0;
  if (title.toLocaleLowerCase().startsWith(wanted)) return 1;
  return name.includes(wanted) || title.toLocaleLowerCase().includes(wanted) ? 2 : 3;
}
