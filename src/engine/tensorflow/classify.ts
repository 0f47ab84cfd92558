import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { RecurrentNetwork } from '../../network/recurrent.js';
import type { Classification } from '../engine.js';
import { runClassifier } from './classifier.js';
import type { Tensorflow } from './load.js';
import type { Values } from './parameters.js';

/** @param features makes [B, T, inputs]; what it allocates is released here. */
export function classify(
  tf: Tensorflow,
  input: {
    readonly network: RecurrentNetwork;
    readonly values: Values;
    readonly features: () => Tensor3D;
    readonly lengths: Int32Array;
  },
): Classification {
  return tf.tidy(() => {
    const { logits, attention } = runClassifier(tf, { ...input, features: input.features() });
    const [scores, shares] = [logits.dataSync<'float32'>(), attention?.dataSync<'float32'>()];
    return shares ? { logits: scores, attention: shares } : { logits: scores };
  });
}
