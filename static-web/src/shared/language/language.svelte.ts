import type * as english from '../../messages/en';
import { files as load } from '../../messages/files';
import { LANGUAGES } from '../../messages/languages';

/** Every message of messages/en.json as a function; one without parameters takes no argument. */
export type Text = typeof english;
export type Locale = keyof typeof LANGUAGES;

/** Every language of messages/, by its own name. They are loaded one by one, so that a visitor downloads a single one. */
export const LOCALES = Object.keys(LANGUAGES) as Locale[];

const STORAGE_KEY = 'language';

let dictionary = $state.raw<Partial<Text>>({});
let current = $state<Locale>('en');
/** The language that is on its way, else the one that is shown. */
let wanted: Locale = 'en';

/** The texts of the page in the reader's language; reading one in a component follows a language switch. */
export const t = new Proxy({} as Text, {
  get: (_target, key) => dictionary[key as keyof Text],
});

/** The parts that somebody has asked for: they follow a language switch too. */
const openParts = new Set<(locale: Locale) => Promise<void>>();

/** Texts of screens that the start does without: a file of their own in each language. */
export interface TextPart<Part> {
  /** These texts and the page's. Read them only after `ready`. */
  readonly t: Text & Part;
  /** Fetches them in the reader's language. Safe to repeat. */
  ready(): Promise<void>;
}

export function textPart<Part extends object>(files: Record<Locale, () => Promise<Part>>): TextPart<Part> {
  let texts = $state.raw<Partial<Part>>({});
  const show = async (locale: Locale) => {
    const read: Part | undefined = await files[locale]();
    // Just before a reload for a new build (main.ts), a file that is gone comes as undefined.
    if (read === undefined) throw new Error('The texts could not be fetched.');
    if (locale === wanted) texts = read;
  };
  return {
    t: new Proxy({} as Text & Part, {
      get: (_target, key) => texts[key as keyof Part] ?? dictionary[key as keyof Text],
    }),
    ready: async () => {
      openParts.add(show);
      // Until it is the reader's language also when that changed on the way.
      for (let locale: Locale | undefined; locale !== wanted;) await show((locale = wanted));
    },
  };
}

export const language = {
  get locale(): Locale {
    return current;
  },
};

/** The supported locale nearest to a BCP 47 tag: the same, else one of the same language; null when none is near. */
export function nearestLocale(tag: string): Locale | null {
  const wanted = tag.toLowerCase().replace('_', '-');
  const languageOf = (locale: string) => locale.split('-')[0];
  return (
    LOCALES.find((locale) => locale.toLowerCase() === wanted) ??
    LOCALES.find((locale) => languageOf(locale) === languageOf(wanted)) ??
    null
  );
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
  wanted = locale;
  try {
    const [texts] = await Promise.all([load[locale](), ...[...openParts].map((show) => show(locale))]);
    if (wanted !== locale) return;
    dictionary = texts;
  } catch (fault) {
    if (wanted === locale) wanted = current;
    throw fault;
  }
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
