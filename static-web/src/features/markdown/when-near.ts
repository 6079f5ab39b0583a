const waiting = new WeakMap<Element, () => void>();
let observer: IntersectionObserver | null = null;
/** Below and above the screen; what the reader scrolls to is ready when it comes. */
const NEAR = '800px';

/**
 * When an element is on the screen or nearly so: a formula is fifty elements, and a long chat has hundreds that nobody looks at. Never,
 * when it is removed before.
 */
export function whenNear(element: Element): Promise<void> {
  if (typeof IntersectionObserver === 'undefined') return Promise.resolve();
  observer ??= new IntersectionObserver(seen, {
    // The conversation scrolls, not the window: rootMargin says nothing about that.
    scrollMargin: NEAR,
    rootMargin: NEAR,
  } as IntersectionObserverInit);
  return new Promise((resolve) => {
    waiting.set(element, resolve);
    observer?.observe(element);
  });
}

function seen(entries: IntersectionObserverEntry[]): void {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    observer?.unobserve(target);
    waiting.get(target)?.();
    waiting.delete(target);
  }
}
