import { IMAGE_SIDE } from '../../datasets/mnist/labelled-images.js';
import type { Preprocessing } from '../../media/frame-schema.js';
import { resample } from '../../media/images/resample.js';

/**
 * A digit as a frame for an encoder, as its picture would be read from a file.
 *
 * @param image uint8 [28, 28].
 * @returns uint8 RGB [1, size, size, 3].
 */
export function digitFrame(image: Uint8Array, { size, kernel }: Preprocessing): Uint8Array {
  const data = new Uint8Array(image.length * 3);
  for (let index = 0; index < image.length; index++) data.fill(image[index]!, index * 3, index * 3 + 3);
  return resample({ width: IMAGE_SIDE, height: IMAGE_SIDE, data }, { size, kernel });
}
