import { mount, unmount } from 'svelte';
import { pieceTurn } from '../../shared/drawing/piece-turns';
import { t } from '../../shared/language/language.svelte';
import CodeBlock from './CodeBlock.svelte';
import { loadDressing } from './lazy-blocks.svelte';
import { typesetMath } from './typeset';
import { whenNear } from './when-near';

/**
 * Typesets the formulas of a closed block, gives code nested in lists and quotes its frame, and tables and images their buttons.
 * Returns the function that ends it.
 */
export function enrich(element: HTMLElement): () => void {
  let alive = true;
  for (const formula of element.querySelectorAll<HTMLElement>('.math[data-tex]')) {
    const display = formula.tagName === 'DIV' || formula.classList.contains('math-wide');
    const drawn = whenNear(formula).then(() => typesetMath(formula.dataset['tex'] ?? '', display));
    void drawn.then(async (html) => {
      if (html === null) return;
      await pieceTurn();
      if (!alive) return;
      formula.innerHTML = html as unknown as string;
      formula.classList.add('drawn');
    });
  }
  for (const box of element.querySelectorAll<HTMLInputElement>('input[type=checkbox]'))
    box.setAttribute('aria-label', box.checked ? t.task_done() : t.task_open());
  let undress: (() => void) | undefined;
  if (element.querySelector('.table, .image-link'))
    void loadDressing().then(async (dressing) => {
      await pieceTurn();
      if (alive) undress = dressing?.dressBlock(element);
    });
  const mounted = [...element.querySelectorAll<HTMLElement>('pre > code')].map(frameCode);
  return () => {
    alive = false;
    undress?.();
    for (const component of mounted) void unmount(component);
  };
}

function frameCode(code: HTMLElement): Record<string, unknown> {
  const lang =
    [...code.classList].find((name) => name.startsWith('language-'))?.slice('language-'.length) ?? '';
  const target = document.createElement('div');
  code.parentElement?.replaceWith(target);
  return mount(CodeBlock, {
    target,
    props: { text: (code.textContent ?? '').replace(/\n$/, ''), lang, closed: true },
  });
}
