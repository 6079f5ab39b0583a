const SIDE = 96;
/** The best first; the next one where the text would be too long. */
const QUALITIES = [0.85, 0.6, 0.35, 0.15];

/**
 * The middle of a picture, made small, as a data: URL (image/webp, or image/jpeg where the browser cannot write that); null
 * when the file is no picture that the browser can read. The file itself never leaves the browser.
 * @param most Characters of the URL.
 */
export async function resizePicture(file: Blob, most = Infinity): Promise<string | null> {
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const side = Math.min(image.naturalWidth, image.naturalHeight);
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = SIDE;
    const context = canvas.getContext('2d');
    if (side === 0 || context === null) return null;
    // JPEG has no transparency: it would turn black.
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, SIDE, SIDE);
    context.imageSmoothingQuality = 'high';
    const left = (image.naturalWidth - side) / 2;
    const top = (image.naturalHeight - side) / 2;
    context.drawImage(image, left, top, side, side, 0, 0, SIDE, SIDE);
    const isWebp = canvas.toDataURL('image/webp').startsWith('data:image/webp');
    const tries = QUALITIES.map(
      (quality) => () => canvas.toDataURL(isWebp ? 'image/webp' : 'image/jpeg', quality),
    );
    for (const attempt of tries) {
      const address = attempt();
      if (address.length <= most) return address;
    }
    return null;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(address);
  }
}
