import { loadSharp } from './load-sharp.js';
import { workBeside } from './turns.js';

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
  const jpeg = await workBeside(() =>
    sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
      .resize({ width: longestSide, withoutEnlargement: true })
      .jpeg({ quality: JPEG_QUALITY })
      .toBuffer(),
  );
  return jpeg.toString('base64');
}

/**
 * Square pictures side by side as one JPEG.
 *
 * @param pictures uint8 RGB [side, side, 3] each; at least one.
 */
export async function stripJpeg(pictures: readonly Uint8Array[], side: number): Promise<Buffer> {
  const sharp = await loadSharp();
  const row = side * 3;
  const width = side * pictures.length;
  const pixels = new Uint8Array(width * side * 3);
  for (const [index, picture] of pictures.entries()) {
    for (let y = 0; y < side; y++) {
      pixels.set(picture.subarray(y * row, (y + 1) * row), (y * pictures.length + index) * row);
    }
  }
  const raw = { width, height: side, channels: 3 } as const;
  return workBeside(() => sharp(pixels, { raw }).jpeg({ quality: JPEG_QUALITY }).toBuffer());
}
