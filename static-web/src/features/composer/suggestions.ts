import type AttachButtons from './AttachButtons.svelte';
import type ComposerTools from './ComposerTools.svelte';

export interface ModelChoice {
  id: string;
  name: string;
}

/** One line of the list above the composer. */
export interface Suggestion {
  id: string;
  label: string;
  detail?: string;
  /** What choosing it does; the words that called the list are gone then. A text that it returns takes their place. */
  pick(): string | Promise<string> | void;
  /** A model for this one turn. */
  model?: ModelChoice;
  /** The draft goes. */
  clears?: true;
}

/** `/` calls commands and prompts at the beginning of the text, `@` models anywhere. Whoever composes the page hands sources in. */
export interface SuggestionSource {
  trigger: '/' | '@';
  find(query: string): Suggestion[] | Promise<Suggestion[]>;
}

/** What the composer asks of the page around it. */
export interface Extras {
  limits:
    { max_size: number; max_count: number; image_compression: { width: number; height: number } } | undefined;
  /** Whether a server keeps files; else they go along in the message, for as long as the tab is not reloaded. */
  uploads: boolean;
  /** The chosen model. */
  model:
    | (ModelChoice & { info?: { meta?: { capabilities?: Record<string, boolean> | null } | null } | null })
    | null;
  /** The reader's last question; empty for none. */
  recall(): string;
  sources(): Promise<SuggestionSource[]>;
}

export interface ToolsModule {
  ComposerTools: typeof ComposerTools;
  AttachButtons: typeof AttachButtons;
}

/** What was typed that calls suggestions, at the caret. */
export function calledAt(
  text: string,
  caret: number,
): { trigger: '/' | '@'; query: string; start: number } | null {
  const before = text.slice(0, caret);
  const slash = /^\/(\S*)$/.exec(before);
  if (slash) return { trigger: '/', query: slash[1] ?? '', start: 0 };
  const at = /(?:^|\s)@([^\s@]{0,60})$/.exec(before);
  return at ? { trigger: '@', query: at[1] ?? '', start: caret - (at[1]?.length ?? 0) - 1 } : null;
}

/** As the server counts (ContextWindow): four ASCII letters a token, one for any other character. */
export function estimateTokens(text: string): number {
  let ascii = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 128) ascii++;
  return Math.floor(ascii / 4) + text.length - ascii;
}
