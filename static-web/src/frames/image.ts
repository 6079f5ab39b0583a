import type { ImageNews } from './frame-messages';

/*
 * Draws one image from elsewhere that the reader asked for. Only this document's policy lets images of other hosts in;
 * it has an origin of its own, so that nothing on it can reach the page.
 */
const tell = (news: ImageNews) => parent.postMessage(news, '*');

addEventListener('message', ({ source, data }: MessageEvent<string>) => {
  if (source !== parent) return;
  const image = new Image();
  image.referrerPolicy = 'no-referrer';
  image.style.cssText = 'display: block; inline-size: 100%; block-size: 100%; object-fit: contain';
  image.onload = () => tell({ width: image.naturalWidth, height: image.naturalHeight });
  image.onerror = () => tell(null);
  image.src = data;
  document.body.style.margin = '0';
  document.documentElement.style.blockSize = document.body.style.blockSize = '100%';
  document.body.replaceChildren(image);
});
