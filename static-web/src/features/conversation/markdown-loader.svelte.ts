import type { Component } from 'svelte';
import { onWake } from '../../server-api/wake';

type MarkdownView = Component<{ text: string; done: boolean }>;

let view = $state.raw<MarkdownView | null>(null);
let loading: Promise<void> | null = null;

/** The Markdown view once it is there; null until then, when plain text stands in for it. */
export const markdown = {
  get view(): MarkdownView | null {
    return view;
  },
};

/** Fetches the Markdown view, which the empty chat does without. Safe to repeat. */
export function loadMarkdown(): Promise<void> {
  loading ??= import('../markdown/Markdown.svelte').then(
    (module) => {
      view = module.default;
    },
    () => {
      loading = null;
      // Texts stand there as they came; with the network they get their form.
      const stop = onWake(() => {
        stop();
        void loadMarkdown();
      });
    },
  );
  return loading;
}
