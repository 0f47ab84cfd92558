import type { MobileNet } from '../../encoder/mobilenet.js';
import type { FramesInput } from './frames-schema.js';

/** The encoder that reads the frames. */
export function encoderOf({ encoder, preprocessing }: FramesInput): MobileNet {
  const { architecture, alpha, pooling, blocks } = encoder;
  return { architecture, alpha, pooling, inputSize: preprocessing.size, blocks };
}
