import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { RecurrentNetwork } from '../../network/recurrent.js';
import { attentionOf } from '../attention.js';
import type { Classification } from '../engine.js';
import { runClassifier } from './classifier.js';
import type { Tensorflow } from './load.js';
import type { Values } from './parameter-tensors.js';

/** @param features makes [B, T, inputs]; what it allocates is released here. */
export function classifyFeatures(
  tf: Tensorflow,
  input: {
    readonly network: RecurrentNetwork;
    readonly values: Values;
    readonly features: () => Tensor3D;
    readonly lengths: Int32Array;
  },
): Classification {
  return tf.tidy(() => {
    const features = input.features();
    const { logits, readout, attentions } = runClassifier(tf, { ...input, features });
    const levels = attentions.map((attention) => attention?.dataSync<'float32'>());
    const { network, lengths } = input;
    const attention = attentionOf(network, { lengths, timesteps: features.shape[1] }, levels);
    return {
      logits: logits.dataSync<'float32'>(),
      readout: readout.dataSync<'float32'>(),
      attention,
    };
  });
}
