import DOMPurify, { type Config } from 'dompurify';

/*
 * The only door to {@html}: the page's CSP demands Trusted Types, so a string that has not been here throws instead
 * of being drawn. Two sets: what Markdown may draw, and what KaTeX and highlight.js draw in the worker.
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

const purifier = DOMPurify(window);
let typesetting = false;

purifier.addHook('afterSanitizeAttributes', (node) => {
  if (typesetting) return;
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

function purify(html: string, config: Config): TrustedHTML {
  return purifier.sanitize(html, { ...config, RETURN_TRUSTED_TYPE: true });
}

/** The HTML of one Markdown block, safe to draw. Links open apart and tell nothing about this page. */
export function sanitiseAnswer(html: string): TrustedHTML {
  return purify(html, ANSWER);
}

/** What the worker made of TeX or code, safe to draw. */
export function sanitiseTypeset(html: string): TrustedHTML {
  typesetting = true;
  try {
    return purify(html, TYPESET);
  } finally {
    typesetting = false;
  }
}
