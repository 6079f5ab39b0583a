import type * as english from '../../messages/en';

/** Every message of messages/en.json as a function; one without parameters takes no argument. */
export type Text = typeof english;
export type Locale = 'en' | 'zh-CN';

/** The languages are loaded one by one, so that a visitor downloads a single one. */
const load: Record<Locale, () => Promise<Text>> = {
  en: () => import('../../messages/en'),
  'zh-CN': () => import('../../messages/zh-CN'),
};
const STORAGE_KEY = 'language';

let dictionary = $state.raw<Partial<Text>>({});
let current = $state<Locale>('en');

/** The texts of the page in the reader's language; reading one in a component follows a language switch. */
export const t = new Proxy({} as Text, {
  get: (_target, key) => dictionary[key as keyof Text],
});

export const language = {
  get locale(): Locale {
    return current;
  },
};

/** The supported locale nearest to a BCP 47 tag; null when none is near. */
export function nearestLocale(tag: string): Locale | null {
  const primary = tag.toLowerCase().split(/[-_]/)[0];
  return primary === 'zh' ? 'zh-CN' : primary === 'en' ? 'en' : null;
}

/** What the reader chose earlier in this browser; null before the first choice. */
export function chosenLocale(): Locale | null {
  try {
    return nearestLocale(localStorage.getItem(STORAGE_KEY) ?? '');
  } catch {
    return null;
  }
}

/** The reader's choice, else the browser's languages in their order, else English. */
export function startLocale(): Locale {
  const wanted = navigator.languages.map(nearestLocale).find((locale) => locale !== null);
  return chosenLocale() ?? wanted ?? 'en';
}

/** Loads a language and shows the page in it. */
export async function showLanguage(locale: Locale): Promise<void> {
  dictionary = await load[locale]();
  current = locale;
  document.documentElement.lang = locale;
}

/** As showLanguage, and remembers the choice in this browser. */
export async function chooseLanguage(locale: Locale): Promise<void> {
  try {
    localStorage.setItem(STORAGE_KEY, locale);
  } catch {
    // storage is off: the choice lasts as long as the page
  }
  await showLanguage(locale);
}
