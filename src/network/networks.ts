import type { Pipeline } from '../config.js';
import { featureCount, type MobileNet, mobileNetParameters } from '../encoder/mobilenet.js';
import type { ParameterSpec } from '../tensors/tensor.js';
import { type RecurrentNetwork, recurrentParameters } from './recurrent.js';

/** A whole network: frames -> encoder -> features -> recurrent -> logits. */
export interface Networks {
  /** Null where the input is a sequence of vectors as it is. */
  readonly encoder: MobileNet | null;
  readonly recurrent: RecurrentNetwork;
}

/** The network that a pipeline describes, for that many classes. */
export function networksOf(pipeline: Pipeline, classes: number): Networks {
  const encoder = encoderOf(pipeline.input);
  const inputs = encoder ? featureCount(encoder) : PIXELS_A_ROW;
  return { encoder, recurrent: { ...pipeline.recurrent, inputs, classes } };
}

/** As in MNIST. */
const PIXELS_A_ROW = 28;

function encoderOf(input: Pipeline['input']): MobileNet | null {
  if (input.kind === 'rows') return null;
  const { architecture, alpha, pooling } = input.encoder;
  return { architecture, alpha, pooling, inputSize: input.preprocessing.size };
}

/** Parameters of both parts, the encoder's first. Their names do not overlap. */
export function parametersOf(networks: Networks): ParameterSpec[] {
  const ofEncoder = networks.encoder ? mobileNetParameters(networks.encoder) : [];
  return [...ofEncoder, ...recurrentParameters(networks.recurrent)];
}
