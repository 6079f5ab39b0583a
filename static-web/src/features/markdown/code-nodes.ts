/** A piece of highlighted code: text, or text within a scope of highlight.js (its class names, e.g. `hljs-title function_`). */
export type CodeNode = string | { scope: string; inner: CodeNode[] };

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" };
/** All that highlight.js writes: spans with a class, and text with five entities. */
const PARTS = /<span class="([^"]*)">|(<\/span>)|([^<]+)/g;

/** Scopes within each other; code nests some ten. What is deeper keeps its text and has no colour: a hostile text must not fill the stack. */
const MAX_DEPTH = 50;

/** Reads the HTML of highlight.js in the worker, so that the page has nothing to parse and nothing to sanitise. */
export function codeNodes(html: string): CodeNode[] {
  const all: CodeNode[] = [];
  const open = [all];
  for (const [, scope, end, text] of html.matchAll(PARTS)) {
    const here = open.at(-1) ?? all;
    if (text !== undefined)
      here.push(text.replace(/&(amp|lt|gt|quot|#x27);/g, (_, name: string) => ENTITIES[name] ?? ''));
    else if (end !== undefined && open.length > 1) open.pop();
    else if (scope !== undefined && open.length > MAX_DEPTH) open.push(here);
    else if (scope !== undefined) {
      const inner: CodeNode[] = [];
      here.push({ scope, inner });
      open.push(inner);
    }
  }
  return all;
}

/** The same as elements: text stays text whatever it says. */
export function drawCode(nodes: CodeNode[]): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const node of nodes) {
    if (typeof node === 'string') {
      fragment.append(node);
      continue;
    }
    const span = document.createElement('span');
    span.className = node.scope;
    span.append(drawCode(node.inner));
    fragment.append(span);
  }
  return fragment;
}
