/** The sections of the administrator's page, each with an address of its own: /admin/<section>. */
export const ADMIN_SECTIONS = ['users', 'groups', 'connections', 'settings', 'backup'] as const;
export type AdminSection = (typeof ADMIN_SECTIONS)[number];
export interface AdminPlace {
  section: AdminSection;
  /** What is open in the section; null for the section itself. */
  id: string | null;
}

/** Where in the administrator's page the address points; null elsewhere. */
export function adminInAddress(path = location.pathname): AdminPlace | null {
  const match =
    /^\/admin(?:\/(users|groups|connections|settings|backup)(?:\/([\w-]{1,64}))?)?\/?(?:\?.*)?$/.exec(path);
  if (match === null) return null;
  return { section: (match[1] as AdminSection | undefined) ?? 'users', id: match[2] ?? null };
}

/** Whether the administrator's page is shown, and which place of it; follows the back button. */
class AdminAddress {
  place = $state.raw(adminInAddress());

  constructor() {
    window.addEventListener('popstate', () => this.reread());
  }

  /** The address has been changed without the reader's going anywhere, as after a sign-in. */
  reread(): void {
    this.place = adminInAddress();
  }

  /** @param path An address of this site, in the administrator's page or out of it. */
  go(path: string): void {
    if (path !== location.pathname + location.search) history.pushState(null, '', path);
    this.place = adminInAddress(path);
  }
}

export const adminAddress = new AdminAddress();
