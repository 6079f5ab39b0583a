/** Open WebUI's access_control: null is everybody who may chat, nobody named is the owner alone. */
export type AccessControl = { read?: { group_ids?: string[]; user_ids?: string[] } } | null;

/** What a reader may do, by section and flag (GET /api/config). */
export type Rights = Partial<Record<string, Partial<Record<string, boolean>>>>;

export const isPrivate = (control: AccessControl): boolean =>
  control !== null &&
  (control.read?.group_ids ?? []).length === 0 &&
  (control.read?.user_ids ?? []).length === 0;
