export type Section = 'users' | 'groups' | 'connections' | 'settings' | 'backup';

/** Where in these pages the reader is: a section, or something that is open in it. */
export interface Place {
  section: Section;
  id: string | null;
}

export const addressOf = (section: Section, id: string | null = null): string =>
  id === null ? `/admin/${section}` : `/admin/${section}/${id}`;
