import type { Component } from 'svelte';
import type { PanelProps } from './panel-props';

let panel = $state.raw<Component<PanelProps> | null>(null);
let failed = $state(false);
let loading: Promise<void> | null = null;

/** The open picker's inside, once it is there. */
export const pickerPanel = {
  get view(): Component<PanelProps> | null {
    return panel;
  },
  /** It could not be fetched; opening the picker again tries again. */
  get failed(): boolean {
    return failed;
  },
};

/** Fetches the inside with its texts, which the start does without. Safe to repeat. */
export function loadPanel(): Promise<void> {
  failed = false;
  loading ??= Promise.all([
    import('./ModelPanel.svelte'),
    import('./picker-text').then(({ ready }) => ready()),
  ])
    .then(([module]) => void (panel = module.default))
    .catch(() => {
      failed = true;
      loading = null;
    });
  return loading;
}
