import { enterSends } from './send-key';

/** A key with what must be held; `mod` is Ctrl, on a Mac Cmd. */
export interface Shortcut {
  /** KeyboardEvent.key, or its code where the layout may have another letter there. */
  key: string;
  mod?: boolean;
  shift?: boolean;
  /** Also while somebody writes. */
  inFields?: boolean;
}

/** The page's own shortcuts: its handlers ask here, and the list of them is written from here. */
export const SHORTCUTS = {
  newChat: { key: 'o', mod: true, shift: true, inFields: true },
  writeMessage: { key: 'Escape', shift: true, inFields: true },
  openSettings: { key: ',', mod: true, inFields: true },
  listShortcuts: { key: '?' },
} satisfies Record<string, Shortcut>;

export type ShortcutName = keyof typeof SHORTCUTS;

const isMac = () => /Mac|iP(hone|ad)/.test(navigator.platform);

/** Which of them this key press is; null for none. A composition's keys are never ours. */
export function shortcutOf(event: KeyboardEvent): ShortcutName | null {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || event.altKey) return null;
  for (const name of Object.keys(SHORTCUTS) as ShortcutName[]) {
    const { key, mod = false, shift = false, inFields = false }: Shortcut = SHORTCUTS[name];
    const held = isMac() ? event.metaKey : event.ctrlKey;
    // Which keys make a sign is the layout's affair: shift counts for letters and named keys only.
    const shifted = /^(\w|\w{2,})$/.test(key) ? event.shiftKey === shift : true;
    if (event.key.toLowerCase() !== key.toLowerCase() || held !== mod || !shifted) continue;
    if (inFields || !isField(event.target)) return name;
  }
  return null;
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
}

/** How the keys are called on this keyboard, in the order in which they are pressed. */
export function keysOf({ key, mod, shift }: Shortcut): string[] {
  const named =
    { Escape: 'Esc', ArrowUp: '↑', ArrowDown: '↓' }[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  return [...(mod ? [isMac() ? '⌘' : 'Ctrl'] : []), ...(shift ? [isMac() ? '⇧' : 'Shift'] : []), named];
}

/** What sends a message, and what makes a new line in it, as the reader has it. */
export function sendKeys(): { send: Shortcut; newLine: Shortcut } {
  const plain: Shortcut = { key: 'Enter' };
  return enterSends()
    ? { send: plain, newLine: { key: 'Enter', shift: true } }
    : { send: { key: 'Enter', mod: true }, newLine: plain };
}
