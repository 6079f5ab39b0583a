import { betweenFrames } from '../shared/drawing/between-frames';

let link: Promise<typeof import('./realtime-link')> | null = null;

/**
 * Hears of what the reader's other browsers do, from a service beside the site, or no longer. The link and its library load
 * after the page was drawn, and only where the site has such a service. Safe to repeat.
 */
export function hearElsewhere(wanted: boolean): void {
  if (link === null && !wanted) return;
  link ??= betweenFrames().then(() => import('./realtime-link'));
  link.then(
    ({ realtime }) => realtime.want(wanted),
    () => (link = null),
  );
}
