/*
 * An element as PNG pictures: its markup and the page's style sheets go into an SVG (foreignObject), which the browser draws
 * on a canvas. As an image the SVG loads nothing, so fonts come along as data: and what is scrolled or folded stays as it is.
 */
const MOST_CSS_PX = 6000;
const SCALE = 2;

/** The pictures from top to bottom: a long chat is several. Throws where the browser does not let its canvas be read (Safari). */
export async function drawImages(element: HTMLElement): Promise<Blob[]> {
  const { width, height } = element.getBoundingClientRect();
  const markup = new XMLSerializer().serializeToString(element);
  const style = await styleOf();
  const images: Blob[] = [];
  for (let top = 0; top < height; top += MOST_CSS_PX) {
    const part = { width: Math.ceil(width), height: Math.ceil(Math.min(MOST_CSS_PX, height - top)), top };
    images.push(await draw(svgOf(markup, style, part, Math.ceil(height)), part));
  }
  return images;
}

interface Part {
  width: number;
  height: number;
  top: number;
}

function svgOf(markup: string, style: string, part: Part, height: number): string {
  const { theme, text } = document.documentElement.dataset;
  const size = getComputedStyle(document.documentElement).fontSize;
  const body =
    'margin:0;background:var(--paper);color:var(--ink);font:400 1rem/1.5 var(--font);text-rendering:optimizeLegibility';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" data-theme="${theme}" data-text="${text}" style="font-size:${size}" ` +
    `width="${part.width}" height="${part.height}" viewBox="0 ${part.top} ${part.width} ${part.height}">` +
    `<style>${escapeText(style)}</style><foreignObject width="${part.width}" height="${height}">` +
    `<div xmlns="http://www.w3.org/1999/xhtml" style="${body}">${markup}</div></foreignObject></svg>`
  );
}

const escapeText = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** Every rule of the page, with the fonts that it has loaded. What waits outside the window is drawn too. */
async function styleOf(): Promise<string> {
  const rules: string[] = ['* { content-visibility: visible !important; animation: none !important }'];
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      rules.push(rule instanceof CSSFontFaceRule ? await withFont(rule, sheet.href) : rule.cssText);
    }
  }
  return rules.join('\n');
}

async function withFont(rule: CSSFontFaceRule, sheet: string | null): Promise<string> {
  const family = rule.style.getPropertyValue('font-family').replace(/["']/g, '');
  const loaded = [...document.fonts].some(
    (face) =>
      face.status === 'loaded' &&
      face.family.replace(/["']/g, '') === family &&
      face.weight === (rule.style.getPropertyValue('font-weight') || 'normal').replace('400', 'normal') &&
      face.style === (rule.style.getPropertyValue('font-style') || 'normal'),
  );
  const address = /url\("?([^")]+)"?\)/.exec(rule.cssText);
  if (!loaded || address?.[1] === undefined) return '';
  const font = await (await fetch(new URL(address[1], sheet ?? location.href))).blob();
  return rule.cssText.replace(address[0], `url("${await dataOf(font)}")`);
}

function dataOf(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new Error('A font could not be read.'));
    reader.readAsDataURL(blob);
  });
}

async function draw(svg: string, { width, height }: Part): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('There is no canvas.');
  context.scale(SCALE, SCALE);
  context.drawImage(image, 0, 0, width, height);
  return await new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture is empty.'))), 'image/png'),
  );
}
