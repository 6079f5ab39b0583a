import { t } from './settings-text';

export const PARTS = ['appearance', 'chat', 'access', 'data', 'shortcuts', 'about'] as const;
export type Part = (typeof PARTS)[number];

export const partTitle = (part: Part): string =>
  ({
    appearance: t.settings_part_appearance,
    chat: t.settings_part_chat,
    access: t.settings_part_access,
    data: t.settings_part_data,
    shortcuts: t.settings_part_shortcuts,
    about: t.settings_part_about,
  })[part]();

/** Every setting: in which part it is, and the words by which it is found. */
const ENTRIES = {
  theme: {
    part: 'appearance',
    words: () => [
      t.settings_theme(),
      t.settings_theme_system(),
      t.settings_theme_light(),
      t.settings_theme_dark(),
    ],
  },
  size: { part: 'appearance', words: () => [t.settings_size()] },
  wide: { part: 'appearance', words: () => [t.settings_wide(), t.settings_wide_note()] },
  language: { part: 'appearance', words: () => [t.settings_language()] },
  send: { part: 'chat', words: () => [t.settings_send(), t.settings_send_note(), 'Enter Ctrl'] },
  model: { part: 'chat', words: () => [t.settings_model()] },
  titles: { part: 'chat', words: () => [t.settings_titles(), t.settings_titles_note()] },
  dollar: { part: 'chat', words: () => [t.settings_dollar(), t.settings_dollar_note(), 'LaTeX TeX'] },
  key: { part: 'access', words: () => [t.settings_own_key(), t.own_key_note(), 'API'] },
  leave: { part: 'access', words: () => [t.settings_access(), t.settings_leave(), t.settings_leave_note()] },
  export: { part: 'data', words: () => [t.data_export(), t.data_export_note(), 'JSON Markdown'] },
  import: { part: 'data', words: () => [t.data_import(), t.data_import_note(), 'JSON'] },
  delete: { part: 'data', words: () => [t.data_delete(), t.data_delete_note()] },
  shortcuts: {
    part: 'shortcuts',
    words: () => [
      t.shortcut_send(),
      t.shortcut_new_line(),
      t.shortcut_stop(),
      t.shortcut_new_chat(),
      t.shortcut_write(),
      t.shortcut_settings(),
      t.shortcut_list(),
    ],
  },
  about: { part: 'about', words: () => [t.settings_about_version(), t.settings_about_mode()] },
} satisfies Record<string, { part: Part; words: () => string[] }>;

export type Entry = keyof typeof ENTRIES;

/** The settings that a text finds, every word of it; those of a part where nothing is looked for. */
export function findEntries(text: string, part: Part): ReadonlySet<Entry> {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = (Object.keys(ENTRIES) as Entry[]).filter((entry) => {
    const { part: own, words } = ENTRIES[entry];
    if (wanted.length === 0) return own === part;
    const all = [partTitle(own), ...words()].join(' ').toLowerCase();
    return wanted.every((word) => all.includes(word));
  });
  return new Set(found);
}

export const partOf = (entry: Entry): Part => ENTRIES[entry].part;
