import type { Banner } from '../../server-api/site-config';

const STORAGE_KEY = 'dismissed-banners';

/** A banner that was written anew is another one. */
export const keyOf = ({ id, timestamp }: Banner): string => `${id}@${timestamp}`;

/** What this browser's reader does not want to see again. Storage that is off or damaged reads as nothing. */
export function dismissedBanners(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

/** Remembers it, and forgets those that the site no longer has. Returns what is dismissed now. */
export function dismissBanner(banner: Banner, all: Banner[]): string[] {
  const known = new Set(all.map(keyOf));
  const next = [...dismissedBanners().filter((key) => known.has(key)), keyOf(banner)];
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(next));
  } catch {
    // storage is off: it stays away as long as the page
  }
  return next;
}
