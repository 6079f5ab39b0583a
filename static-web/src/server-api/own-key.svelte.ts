/**
 * The reader's own provider key: kept in this browser's localStorage, sent as a bearer value on /api/models and
 * /api/chat/completions, never anywhere else.
 */
const STORAGE_KEY = 'own-key';

function stored(): string {
  try {
    return localStorage.getItem(STORAGE_KEY) ?? '';
  } catch {
    return '';
  }
}

class OwnKey {
  /** Empty when the reader uses none. */
  value = $state(stored());

  keep(key: string): void {
    this.value = key.trim();
    try {
      if (this.value === '') localStorage.removeItem(STORAGE_KEY);
      else localStorage.setItem(STORAGE_KEY, this.value);
    } catch {
      // storage is off: the key lasts as long as the page
    }
  }

  headers(): Record<string, string> {
    return this.value === '' ? {} : { Authorization: `Bearer ${this.value}` };
  }
}

export const ownKey = new OwnKey();
