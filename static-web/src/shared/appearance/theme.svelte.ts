/** Light, dark or the system's; the same storage key is read by public/theme-boot.js before the first paint. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'theme';
const BAR_COLOR = { light: '#f8f7f3', dark: '#14171d' };
const systemDark = matchMedia('(prefers-color-scheme: dark)');

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(STORAGE_KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

class Theme {
  choice = $state<ThemeChoice>(stored());
  #systemDark = $state(systemDark.matches);
  readonly shown: 'light' | 'dark' = $derived(
    this.choice === 'system' ? (this.#systemDark ? 'dark' : 'light') : this.choice,
  );

  constructor() {
    systemDark.addEventListener('change', (event) => {
      this.#systemDark = event.matches;
      this.#apply();
    });
    this.#apply();
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    try {
      if (choice === 'system') localStorage.removeItem(STORAGE_KEY);
      else localStorage.setItem(STORAGE_KEY, choice);
    } catch {
      // storage is off: the choice lasts as long as the page
    }
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset['theme'] = this.shown;
    document.querySelector('meta[name=theme-color]')?.setAttribute('content', BAR_COLOR[this.shown]);
  }
}

export const theme = new Theme();
