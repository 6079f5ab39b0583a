import { preferences } from '../preferences/preferences.svelte';
import { hasCoarsePointer, isForcedSubmitKey, isSubmitKey } from './submit-key';

/** Whether plain Enter sends: the reader wants it so, and there is a keyboard. */
export const enterSends = () => preferences.value.sendKey === 'enter' && !hasCoarsePointer();

/** True when this key press sends a message. Ctrl or Cmd with Enter always does. */
export function isSendKey(event: KeyboardEvent): boolean {
  return isForcedSubmitKey(event) || (enterSends() && isSubmitKey(event));
}
