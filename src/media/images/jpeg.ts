import { loadSharp } from './load-sharp.js';

/** Photographs of a hand's breadth: 160 x 160 pixels are some 8 kB. */
const JPEG_QUALITY = 75;

/**
 * A picture as a JPEG in base64, as a page of HTML can hold it.
 *
 * @param pixels uint8 RGB [side, side, 3].
 * @param options.longestSide of the JPEG; a larger picture is shrunk to it.
 */
export async function jpegInBase64(
  pixels: Uint8Array,
  { side, longestSide = side }: { side: number; longestSide?: number },
): Promise<string> {
  const sharp = await loadSharp();
  const jpeg = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .resize({ width: longestSide, withoutEnlargement: true })
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
  return jpeg.toString('base64');
}
