import DOMPurify, { type Config, type DOMPurify as Purifier } from 'dompurify';

/*
 * The only door to {@html}: the page's CSP demands Trusted Types, so a string that has not been here throws instead
 * of being drawn. Two sets: what Markdown may draw, and what KaTeX draws in the worker.
 */
const ANSWER: Config = {
  ALLOWED_TAGS:
    'a b blockquote br caption code del details div dd dl dt em h1 h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var'.split(
      ' ',
    ),
  ALLOWED_ATTR:
    'align alt checked class colspan data-source data-tex dir disabled href lang open rel rowspan src start tabindex target title type'.split(
      ' ',
    ),
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
};

const TYPESET: Config = {
  USE_PROFILES: { html: true, mathMl: true, svg: true },
  FORBID_TAGS: ['style', 'a', 'img', 'image', 'form', 'input', 'button', 'foreignobject', 'use'],
  ADD_TAGS: ['semantics', 'annotation'],
  FORBID_ATTR: ['id', 'name', 'href', 'xlink:href', 'src'],
};

/** Classes that the renderer itself writes. Any other could dress an answer up as a part of the page. */
const OWN_CLASS = /^(?:language-[\w+#.-]+|math|math-wide|table|table-bar|table-scroll|image-link|cite)$/;

/** Made here, because the CSP allows its name once and there are two purifiers. Nobody else gets at it. */
const policy = window.trustedTypes?.createPolicy('dompurify', {
  createHTML: (html) => html,
  createScript: none,
  createScriptURL: none,
});

function none(): never {
  throw new TypeError('no scripts from here');
}

/** One for each set: a set that comes with the call is read anew each time, which took longer than to clean a paragraph. */
const answers = purifier(ANSWER);
const typesets = purifier(TYPESET);

function purifier(config: Config): Purifier {
  const made = DOMPurify(window);
  made.setConfig({
    ...config,
    RETURN_TRUSTED_TYPE: true,
    ...(policy ? { TRUSTED_TYPES_POLICY: policy } : {}),
  });
  return made;
}

answers.addHook('afterSanitizeAttributes', (node) => {
  const kept = [...node.classList].filter((name) => OWN_CLASS.test(name));
  if (kept.length > 0) node.setAttribute('class', kept.join(' '));
  else node.removeAttribute('class');
  if (node.hasAttribute('tabindex') && !kept.includes('table-scroll')) node.removeAttribute('tabindex');
  if (node.nodeName === 'A') hardenLink(node);
  if (node.nodeName === 'IMG' && !isBitmapData(node.getAttribute('src'))) node.remove();
  if (node.nodeName === 'INPUT') {
    if (node.getAttribute('type') === 'checkbox') node.setAttribute('disabled', '');
    else node.remove();
  }
});

function hardenLink(link: Element): void {
  if (!/^(?:https?:|mailto:|tel:)/i.test(link.getAttribute('href') ?? '')) link.removeAttribute('href');
  link.setAttribute('target', '_blank');
  link.setAttribute('rel', 'noopener noreferrer nofollow');
}

function isBitmapData(source: string | null): boolean {
  return /^data:image\/(?:png|jpeg|gif|webp|avif);/i.test(source ?? '');
}

/** The HTML of one Markdown block, safe to draw. Links open apart and tell nothing about this page. */
export function sanitiseAnswer(html: string): TrustedHTML {
  return answers.sanitize(html) as unknown as TrustedHTML;
}

/** What the worker made of TeX, safe to draw. */
export function sanitiseTypeset(html: string): TrustedHTML {
  return typesets.sanitize(html) as unknown as TrustedHTML;
}
