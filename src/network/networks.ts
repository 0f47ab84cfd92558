import type { Pipeline } from '../config.js';
import { featureCount, type MobileNet, mobileNetParameters } from '../encoder/mobilenet.js';
import type { ParameterSpec } from '../tensors/tensor.js';
import { type RecurrentNetwork, recurrentParameters } from './recurrent.js';

/** A whole network: frames -> encoder -> features -> recurrent -> logits. */
export interface Networks {
  readonly encoder: MobileNet;
  readonly recurrent: RecurrentNetwork;
}

/** The network that a pipeline describes, for that many classes. */
export function networksOf(pipeline: Pipeline, classes: number): Networks {
  const { architecture, alpha, pooling } = pipeline.encoder;
  const encoder: MobileNet = { architecture, alpha, pooling, inputSize: pipeline.preprocessing.size };
  return { encoder, recurrent: { ...pipeline.recurrent, inputs: featureCount(encoder), classes } };
}

/** Parameters of both parts, the encoder's first. Their names do not overlap. */
export function parametersOf(networks: Networks): ParameterSpec[] {
  return [...mobileNetParameters(networks.encoder), ...recurrentParameters(networks.recurrent)];
}
