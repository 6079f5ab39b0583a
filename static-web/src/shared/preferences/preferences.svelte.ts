import { readBrowserValue, writeBrowserValue } from '../storage/browser-storage';

/** What a reader prefers, beside how the page looks. */
export interface Preferences {
  /** What sends a message: Enter, or Ctrl+Enter (Cmd on a Mac), where Enter makes a new line. */
  sendKey: 'enter' | 'ctrlEnter';
  /** `$x$` is math; the other delimiters always are. */
  dollarMath: boolean;
  /** A model writes the titles of new chats. */
  titles: boolean;
  /** With which model new chats begin; empty: the one that was used last. */
  model: string;
}

const DEFAULTS: Preferences = { sendKey: 'enter', dollarMath: true, titles: true, model: '' };

/** Kept in this browser (localStorage) for each account; readers without one share an entry. Other tabs follow. */
class ReaderPreferences {
  #owner = '';
  value = $state.raw(DEFAULTS);

  constructor() {
    this.#read();
    window.addEventListener('storage', ({ key }) => {
      if (key === this.#key) this.#read();
    });
  }

  get #key(): string {
    return `preferences:${this.#owner}`;
  }

  /** Somebody is here now; empty: nobody with an account. */
  belongTo(owner: string): void {
    this.#owner = owner;
    this.#read();
  }

  set(change: Partial<Preferences>): void {
    this.value = { ...this.value, ...change };
    writeBrowserValue(this.#key, this.value);
  }

  #read(): void {
    this.value = { ...DEFAULTS, ...readBrowserValue<Partial<Preferences>>(this.#key) };
  }
}

export const preferences = new ReaderPreferences();
