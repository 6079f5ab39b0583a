/**
 * Values of this tab, kept over a reload (sessionStorage). Never throws: storage that is off, full or damaged
 * reads as absent and writes as false.
 */
export function readTabValue<Value>(key: string): Value | null {
  try {
    const text = sessionStorage.getItem(key);
    return text === null ? null : (JSON.parse(text) as Value);
  } catch {
    return null;
  }
}

/** Returns whether the value is kept. `null` removes it. */
export function writeTabValue(key: string, value: unknown): boolean {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Removes everything that this tab has kept. */
export function clearTab(): void {
  try {
    sessionStorage.clear();
  } catch {
    // storage is off: there is nothing to remove
  }
}

/** The keys that this tab has kept and that begin so. */
export function tabKeys(prefix: string): string[] {
  try {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

const OWNER = 'owner';

/** The account whose tab this is; empty where there are no accounts. */
export const tabOwner = () => readTabValue<string>(OWNER) ?? '';

/**
 * What this tab keeps belongs to one account. Returns whether it was another's until now: then everything has been removed.
 * Values from before any account go too.
 */
export function claimTab(owner: string): boolean {
  const before = readTabValue<string>(OWNER);
  if (before === owner) return false;
  clearTab();
  writeTabValue(OWNER, owner);
  return before !== null;
}
