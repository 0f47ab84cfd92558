import { decoding } from './decoding.js';
import type { Pixels } from './resample.js';
import { firstFullPage } from './tiff.js';

export interface ReadPictureOptions {
  /** In pixels; a picture with a longer one is shrunk to it, the other side in proportion. */
  readonly longestSide: number;
  /** What shows through where the picture is transparent. */
  readonly background: 'white' | 'black';
}

/**
 * Reads an image file, of an animation the first picture, of a TIFF not a smaller copy before it, turned upright by its EXIF orientation, 16 bits
 * rounded to 8, CMYK and grey converted to sRGB.
 *
 * @throws UserError `unreadable`, `not_media`, `corrupt`, `too_large`.
 */
export async function readPicture(path: string, options: ReadPictureOptions): Promise<Pixels> {
  const { longestSide, background } = options;
  // What is no picture is refused there.
  const page = await firstFullPage(path).catch(() => 0);
  const { data, info } = await decoding({ path, page }, (image) =>
    image
      .autoOrient()
      .flatten({ background })
      .toColourspace('srgb')
      .resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
  if (info.channels !== 3) throw new Error(`${path} gave ${info.channels} channels, expected 3`);
  return { width: info.width, height: info.height, data };
}
