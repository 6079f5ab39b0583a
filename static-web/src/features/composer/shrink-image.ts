const RASTER = /^image\/(png|jpeg|gif|webp)$/;

export interface Shrunk {
  blob: Blob;
  name: string;
  /** Width and height of before and after; null where the picture stayed as it was. */
  sizes: [number, number, number, number] | null;
}

/** The size that fits, in proportion. */
export function fit(width: number, height: number, maxWidth: number, maxHeight: number): [number, number] {
  const share = Math.min(1, maxWidth / width, maxHeight / height);
  return [Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share))];
}

/**
 * Makes a large photo smaller before it is sent: upright as it was taken, without its metadata (the place, the camera). A
 * picture of a kind that no model takes, and this browser can read (HEIC in Safari), becomes a JPEG. Animations stay whole.
 */
export async function shrinkImage(file: File, maxWidth: number, maxHeight: number): Promise<Shrunk> {
  const whole: Shrunk = { blob: file, name: file.name, sizes: null };
  if (file.type === 'image/gif' || file.type === 'image/svg+xml') return whole;
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return whole;
  }
  const [width, height] = fit(picture.width, picture.height, maxWidth, maxHeight);
  if (RASTER.test(file.type) && width === picture.width) return whole;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext('2d')?.drawImage(picture, 0, 0, width, height);
  const type = file.type === 'image/png' ? 'image/png' : 'image/jpeg';
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, 0.9));
  const sizes: Shrunk['sizes'] = [picture.width, picture.height, width, height];
  picture.close();
  if (blob === null) return whole;
  const name = file.name.replace(/\.\w+$/, '') + (type === 'image/png' ? '.png' : '.jpg');
  return { blob, name, sizes };
}
