import { IMAGE_SIDE } from '../../datasets/mnist/labelled-images.js';
import type { FeatureSequence } from '../batches.js';
import type { ReadableExample } from '../sequence-reader.js';
import { prepareDigit } from './digit-picture.js';

/**
 * A digit as a sequence: its 28 rows from the top, each 28 pixels from 0 (ground) to 1 (ink).
 * @throws UserError as prepareDigit does, for an example that is a picture in a file.
 */
export async function readRows(example: Pick<ReadableExample, 'path' | 'image'>): Promise<FeatureSequence> {
  return rowsOf(example.image ?? (await prepareDigit(example.path)));
}

/** @param image uint8 [28, 28]. */
function rowsOf(image: Uint8Array): FeatureSequence {
  const data = new Float32Array(image.length);
  for (let index = 0; index < image.length; index++) data[index] = image[index]! / 255;
  return { kind: 'features', data, timesteps: IMAGE_SIDE };
}
