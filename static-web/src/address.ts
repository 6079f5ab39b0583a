import { adminInAddress } from './admin-address.svelte';

/** A chat has an address, /c/<id>; everything else is the new chat. */
export function chatInAddress(): string | null {
  const id = /^\/c\/([\w-]{1,64})\/?$/.exec(location.pathname)?.[1];
  return id ?? null;
}

/** What is shared has an address, /s/<id>; null elsewhere. */
export const shareInAddress = () => /^\/s\/([\w-]{1,64})\/?$/.exec(location.pathname)?.[1] ?? null;

/** Shows where the reader is; an administrator's page stays. @param replace The place is the same, only its name has changed. */
export function writeAddress(chatId: string | null, replace: boolean): void {
  const path = addressOf(chatId);
  if (path === location.pathname || adminInAddress() !== null) return;
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
}

export const addressOf = (chatId: string | null): string => (chatId === null ? '/' : `/c/${chatId}`);
