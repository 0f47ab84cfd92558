import { opticalFlow } from './optical-flow.js';

/**
 * Where each pixel of a frame goes until a later one, as a picture: red 128 + gain x pixels to the right, green
 * 128 + gain x pixels downwards, blue gain x the distance, each within 0 to 255. Grey-green where nothing moves.
 *
 * @param frame, later uint8 RGB [size, size, 3].
 * @returns uint8 RGB [size, size, 3].
 */
export function flowImage(
  frame: Uint8Array,
  later: Uint8Array,
  { size, gain }: { size: number; gain: number },
): Uint8Array {
  const { x, y } = opticalFlow(brightness(frame), brightness(later), size);
  const picture = new Uint8Array(frame.length);
  for (let pixel = 0; pixel < x.length; pixel++) {
    const at = 3 * pixel;
    picture[at] = toByte(128 + gain * x[pixel]!);
    picture[at + 1] = toByte(128 + gain * y[pixel]!);
    picture[at + 2] = toByte(gain * Math.hypot(x[pixel]!, y[pixel]!));
  }
  return picture;
}

const toByte = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));

/** Rec. 601 luma, 0 to 255. */
function brightness(rgb: Uint8Array): Float32Array {
  const luma = new Float32Array(rgb.length / 3);
  for (let pixel = 0; pixel < luma.length; pixel++) {
    const at = 3 * pixel;
    luma[pixel] = 0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!;
  }
  return luma;
}
