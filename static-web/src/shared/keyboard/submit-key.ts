/**
 * True when this key press means "submit": Enter alone, outside an input method's composition. Every field that
 * acts on Enter asks here. Safari ends a composition before the keydown of its Enter and marks it only by
 * keyCode 229 (UI Events, 4.3.3), so both signs count.
 */
export function isSubmitKey(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return false;
  return !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
}

/** As isSubmitKey, also with Ctrl or Cmd held: the way to send where Enter makes a new line. */
export function isForcedSubmitKey(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return false;
  return event.ctrlKey || event.metaKey;
}

/** A finger, not a mouse: there Enter makes a new line and the send button sends. */
export function hasCoarsePointer(): boolean {
  return matchMedia('(pointer: coarse)').matches && !matchMedia('(any-pointer: fine)').matches;
}
