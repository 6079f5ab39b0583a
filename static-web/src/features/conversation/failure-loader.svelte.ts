import type { Component } from 'svelte';
import type { FailureProps } from './failure-props';

let view = $state.raw<Component<FailureProps> | null>(null);
let loading: Promise<void> | null = null;

/** The full view of a failed answer once it is there; null until then, and without a network: then a plain notice stands in. */
export const failureView = {
  get view(): Component<FailureProps> | null {
    return view;
  },
};

/** Fetches it with its texts. Safe to repeat. */
export function loadFailureView(): Promise<void> {
  loading ??= Promise.all([
    import('./FailedAnswer.svelte'),
    import('./failure-text').then(({ ready }) => ready()),
  ])
    .then(([module]) => void (view = module.default))
    .catch(() => {
      loading = null;
    });
  return loading;
}
