import { mount, unmount } from 'svelte';
import { t } from './block-text';
import RemoteImage from './RemoteImage.svelte';
import TableTools from './TableTools.svelte';

/** Gives the tables and images of a closed block what can be done with them. Returns the function that ends it. */
export function dressBlock(element: HTMLElement): () => void {
  const mounted = [...dressTables(element), ...dressImages(element)];
  return () => {
    for (const component of mounted) void unmount(component);
  };
}

function* dressTables(element: HTMLElement): Generator<Record<string, unknown>> {
  for (const scroller of element.querySelectorAll<HTMLElement>('.table > .table-scroll')) {
    const table = scroller.querySelector('table');
    const bar = scroller.previousElementSibling;
    if (table === null || bar === null) continue;
    // Not a region: as many landmarks as tables would be of no help.
    scroller.setAttribute('role', 'group');
    scroller.setAttribute('aria-label', t.table_label());
    yield mount(TableTools, { target: bar, props: { table, source: scroller.dataset['source'] ?? '' } });
  }
}

function* dressImages(element: HTMLElement): Generator<Record<string, unknown>> {
  for (const link of element.querySelectorAll<HTMLAnchorElement>('a.image-link[href]')) {
    if (!/^https?:$/.test(link.protocol)) continue;
    // Hidden, not replaced: it may be the first or last node of what {@html} takes away again.
    const target = document.createElement('span');
    link.before(target);
    link.hidden = true;
    const props = { address: link.href, alt: link.textContent ?? '' };
    yield mount(RemoteImage, { target, props });
  }
}
