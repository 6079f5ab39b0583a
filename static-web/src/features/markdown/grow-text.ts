import type { Action } from 'svelte/action';

/**
 * Keeps an element's text in one text node and, while it only grows, appends to it: a reader's selection inside
 * survives, and the browser lays out the new part alone.
 */
export const growText: Action<HTMLElement, string> = (element, first) => {
  const node = document.createTextNode(first);
  element.append(node);
  return {
    update(text) {
      if (text === node.data) return;
      if (text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
      else node.data = text;
    },
  };
};
