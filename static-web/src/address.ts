/** A chat has an address, /c/<id>; everything else is the new chat. */
export function chatInAddress(): string | null {
  const id = /^\/c\/([\w-]{1,64})\/?$/.exec(location.pathname)?.[1];
  return id ?? null;
}

/** Shows where the reader is. @param replace The place is the same, only its name has changed. */
export function writeAddress(chatId: string | null, replace: boolean): void {
  const path = chatId === null ? '/' : `/c/${chatId}`;
  if (path === location.pathname) return;
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
}
