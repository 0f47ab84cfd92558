import { type MobileNet, mobileNetBlocks } from '../../encoder/mobilenet.js';
import { UserError } from '../../errors.js';
import type { FramesInput } from './frames-schema.js';

/** The encoder that reads the frames. @throws UserError `bad_config` for more of its blocks than there are. */
export function encoderOf({ encoder, preprocessing }: FramesInput): MobileNet {
  const { architecture, alpha, pooling, blocks } = encoder;
  const whole: MobileNet = { architecture, alpha, pooling, inputSize: preprocessing.size };
  if (blocks === undefined) return whole;
  const available = mobileNetBlocks(whole).length;
  if (blocks <= available) return { ...whole, blocks };
  throw new UserError('bad_config', {
    problem: `input.encoder.blocks is ${blocks}, but ${architecture} has ${available}.`,
    fix: 'Give fewer, or leave it out for all.',
  });
}
