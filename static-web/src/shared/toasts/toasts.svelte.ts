import { announcer } from '../announcer/announcer.svelte';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action: { label: string; run: () => void } | null;
}

/** How long a toast stays; theme and Toasts.svelte count the same time down. */
export const TOAST_SECONDS = 8;
const MOST = 3;

/** Short messages that go by themselves, the latest last; Toasts.svelte draws them and keeps their time. */
class Toasts {
  shown = $state.raw<Toast[]>([]);
  #count = 0;

  /** Also spoken. More than three at once push the oldest out. */
  show(text: string, action: Toast['action'] = null): void {
    this.shown = [...this.shown, { id: this.#count++, text, action }].slice(-MOST);
    announcer.say(action ? `${text} ${action.label}` : text);
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
