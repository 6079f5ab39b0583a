import { tick } from 'svelte';

/**
 * Once the page shows it, puts the focus into the entry at that place of a list; where there is none, onto the button
 * behind the list. An entry that is deleted takes the focus with it otherwise.
 * @param field Which of the entry's fields.
 */
export async function focusEntry(
  list: HTMLElement | undefined,
  at: number,
  field: 'input' | 'textarea',
): Promise<void> {
  await tick();
  const entry = list?.children[at];
  const target = entry ? entry.querySelector<HTMLElement>(field) : list?.nextElementSibling;
  if (target instanceof HTMLElement) target.focus();
}
