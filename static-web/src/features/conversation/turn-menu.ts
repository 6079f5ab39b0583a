import type { MenuItem } from '../../shared/ui/Menu.svelte';
import type { Message } from './chat.svelte';
import { t } from './turn-text';

/** What the entries of a message's menus do. */
export interface MenuActs {
  copy(): void;
  copyText(): void;
  quote(): void;
  edit(): void;
  details(): void;
  /** @param instruction Empty: the same question once more. */
  again(instruction: string): void;
  hint(): void;
  otherModel(): void;
  remove(): void;
}

export interface MenuState {
  /** An answer is being written: nothing is asked or changed meanwhile. */
  busy: boolean;
  /** The reader has selected a part of it. */
  selected: boolean;
  detailsOpen: boolean;
}

/** Other ways to ask for an answer. */
export const againMenu = (acts: MenuActs): MenuItem[] => [
  { icon: 'retry', label: t.again_same(), testid: 'again-same', run: () => acts.again('') },
  {
    icon: 'shorter',
    label: t.again_shorter(),
    testid: 'again-shorter',
    run: () => acts.again(t.again_shorter_instruction()),
  },
  {
    icon: 'longer',
    label: t.again_longer(),
    testid: 'again-longer',
    run: () => acts.again(t.again_longer_instruction()),
  },
  { icon: 'pencil', label: t.again_own(), testid: 'again-own', run: () => acts.hint() },
  { icon: 'chat', label: t.again_model(), testid: 'again-model', run: () => acts.otherModel() },
];

/** Everything beside what has a button of its own. */
export function moreMenu(message: Message, state: MenuState, acts: MenuActs): MenuItem[] {
  const answer = message.role === 'assistant';
  const said = message.text !== '';
  const items: MenuItem[] = [];
  if (said && answer)
    items.push({ icon: 'copy', label: t.copy_text(), testid: 'copy-text', run: () => acts.copyText() });
  if (said) {
    const label = state.selected ? t.quote_selection() : t.quote();
    items.push({ icon: 'quote', label, testid: 'quote', run: () => acts.quote() });
  }
  if (answer && said && !state.busy)
    items.push({ icon: 'pencil', label: t.edit_answer(), testid: 'edit-answer', run: () => acts.edit() });
  if (said) {
    const label = state.detailsOpen ? t.details_hide() : t.details();
    items.push({ icon: 'info', label, testid: 'details', run: () => acts.details() });
  }
  if (!state.busy) {
    const label = answer && message.siblings.length > 1 ? t.delete_version() : t.delete_turn();
    items.push({ icon: 'trash', danger: true, label, testid: 'delete-turn', run: () => acts.remove() });
  }
  return items;
}

/** On a phone one menu holds all of it. */
export function phoneMenu(message: Message, state: MenuState, acts: MenuActs): MenuItem[] {
  const answer = message.role === 'assistant';
  const items: MenuItem[] = [];
  if (message.text !== '')
    items.push({ icon: 'copy', label: t.copy_markdown(), testid: 'copy-markdown', run: () => acts.copy() });
  const more = moreMenu(message, state, acts);
  if (state.busy) return [...items, ...more];
  if (answer) return [...items, ...more.slice(0, -1), ...againMenu(acts), ...more.slice(-1)];
  const edit: MenuItem = {
    icon: 'pencil',
    label: t.edit_message(),
    testid: 'edit-message',
    run: () => acts.edit(),
  };
  return [...items, edit, ...more];
}
