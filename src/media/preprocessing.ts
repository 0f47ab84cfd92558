import type { Preprocessing } from './frame-schema.js';

/** A rectangle in pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The part of a picture with square pixels that becomes the encoder's input. For `resize`, where the short
 * side is scaled and then the centre cropped, that is the central square: cropping before scaling shows the
 * same and never makes a picture of huge width out of a thin one. For `squash` it is all of the picture.
 */
export function inputRegion(width: number, height: number, fit: Preprocessing['fit']): Region {
  if (fit === 'squash') return { left: 0, top: 0, width, height };
  const side = Math.min(width, height);
  return {
    left: Math.floor((width - side) / 2),
    top: Math.floor((height - side) / 2),
    width: side,
    height: side,
  };
}

/**
 * The same in ffmpeg: a chain of filters from any frame to rgb24 [size, size, 3]. Sizes are expressions,
 * since they may change within a clip; `iw` and `ih` are those after rotation, and `sar` is the width of a
 * pixel by its height, so that the square is one on the screen. Squashed, the pixels' shape does not matter.
 */
export function inputFilters({ size, fit, kernel }: Preprocessing): string[] {
  const crop = [
    "crop=w='max(1,trunc(min(iw,ih/sar)+0.5))'",
    "h='max(1,trunc(min(ih,iw*sar)+0.5))'",
    "x='trunc((iw-ow)/2)'",
    "y='trunc((ih-oh)/2)'",
    // Without `exact`, the place and size would be rounded to whole chroma samples.
    'exact=1',
  ].join(':');
  const scale = `scale=w=${size}:h=${size}:flags=${SWSCALE_KERNELS[kernel]}+${SWSCALE_PRECISION}`;
  return [...(fit === 'resize' ? [crop] : []), scale, 'format=rgb24'];
}

/** libswscale's names of the kernels; resample.ts has the same functions for images. */
const SWSCALE_KERNELS = {
  linear: 'bilinear',
  cubic: 'bicubic',
  lanczos3: 'lanczos',
} as const satisfies Record<Preprocessing['kernel'], string>;

/** Without these, libswscale rounds down and halves the colour resolution on its way. */
const SWSCALE_PRECISION = 'accurate_rnd+full_chroma_int+full_chroma_inp';
