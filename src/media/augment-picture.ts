import { resample } from './images/resample.js';

/** What is done to all pictures of a clip, in this order; what is absent stays as it is. */
export interface PictureChange {
  /** The square that is cut out and enlarged to the picture's size, in shares of its side. */
  readonly window?: { readonly left: number; readonly top: number; readonly side: number } | undefined;
  readonly isMirrored?: true | undefined;
  /** Factors; 1 leaves things as they are. */
  readonly colour?:
    | { readonly brightness: number; readonly contrast: number; readonly saturation: number }
    | undefined;
}

/**
 * @param pixels uint8 RGB [size, size, 3].
 * @returns likewise; `pixels` itself when nothing is to be changed.
 */
export function augmentPicture(pixels: Uint8Array, size: number, change: PictureChange): Uint8Array {
  const { window, isMirrored, colour } = change;
  const cut = window ? enlarged(pixels, size, window) : pixels;
  const turned = isMirrored ? mirrored(cut, size) : cut;
  return colour ? coloured(turned, colour) : turned;
}

function enlarged(
  pixels: Uint8Array,
  size: number,
  window: NonNullable<PictureChange['window']>,
): Uint8Array {
  const side = Math.max(1, Math.round(window.side * size));
  const left = Math.min(size - side, Math.round(window.left * size));
  const top = Math.min(size - side, Math.round(window.top * size));
  const data = new Uint8Array(side * side * 3);
  for (let row = 0; row < side; row++) {
    const from = ((top + row) * size + left) * 3;
    data.set(pixels.subarray(from, from + side * 3), row * side * 3);
  }
  return resample({ width: side, height: side, data }, { size, kernel: 'linear' });
}

function mirrored(pixels: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(pixels.length);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const from = (row * size + column) * 3;
      const to = (row * size + size - 1 - column) * 3;
      for (let channel = 0; channel < 3; channel++) result[to + channel] = pixels[from + channel]!;
    }
  }
  return result;
}

/** Contrast is about this level and not about a picture's mean, which would flicker from frame to frame. */
const MIDDLE_GREY = 127.5;

/** Brightness of red, green and blue (ITU-R BT.601); 1 in sum. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** Brightness multiplies, contrast is about middle grey, saturation about the pixel's own grey; rounded once. */
function coloured(
  pixels: Uint8Array,
  { brightness, contrast, saturation }: NonNullable<PictureChange['colour']>,
): Uint8Array {
  const result = new Uint8ClampedArray(pixels.length);
  const offset = MIDDLE_GREY * (1 - contrast);
  const [ofRed, ofGreen, ofBlue] = LUMA;
  for (let at = 0; at < pixels.length; at += 3) {
    const red = brightness * contrast * pixels[at]! + offset;
    const green = brightness * contrast * pixels[at + 1]! + offset;
    const blue = brightness * contrast * pixels[at + 2]! + offset;
    const grey = ofRed * red + ofGreen * green + ofBlue * blue;
    result[at] = grey + saturation * (red - grey);
    result[at + 1] = grey + saturation * (green - grey);
    result[at + 2] = grey + saturation * (blue - grey);
  }
  return new Uint8Array(result.buffer);
}
