/**
 * Values of this browser, whoever sits at it, kept until they are removed (localStorage). Never throws: storage that is off,
 * full or damaged reads as absent and writes as false.
 */
export function readBrowserValue<Value>(key: string): Value | null {
  try {
    const text = localStorage.getItem(key);
    return text === null ? null : (JSON.parse(text) as Value);
  } catch {
    return null;
  }
}

/** Returns whether the value is kept. `null` removes it. */
export function writeBrowserValue(key: string, value: unknown): boolean {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Removes every value whose key begins with `prefix`, but for those that begin with `spared` (itself longer). */
export function removeBrowserValues(prefix: string, spared?: string): void {
  const meant = (key: string) => key.startsWith(prefix) && !(spared && key.startsWith(spared));
  try {
    for (const key of Object.keys(localStorage)) if (meant(key)) localStorage.removeItem(key);
  } catch {
    // storage is off: there is nothing to remove
  }
}
