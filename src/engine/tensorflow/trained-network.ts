import { type Block, type MobileNet, mobileNetBlocks } from '../../encoder/mobilenet.js';
import { scaleOf, trainedEncoderParameters } from '../../encoder/trained-parameters.js';
import type { Loss } from '../../network/losses.js';
import type { RecurrentNetwork } from '../../network/recurrent.js';
import type { Standardization } from '../../network/standardize.js';
import type { TrainerOptions } from '../engine.js';
import type { Tensorflow } from './load.js';
import { OwnedValues } from './owned-values.js';
import { classifierParameters, encoderParameters, type Parameter, type Values } from './parameter-tensors.js';

/** A network as a trainer sees it: what is trained, what stays as it is. */
export interface TrainedNetwork {
  readonly network: RecurrentNetwork;
  readonly encoder: TrainedEncoder | null;
  /** All that is trained: the encoder's first, then the recurrent network's. */
  readonly parameters: readonly Parameter[];
  readonly loss: Loss;
  readonly standardization?: Standardization | undefined;
}

export interface TrainedEncoder {
  readonly network: MobileNet;
  readonly frozenBlocks: readonly Block[];
  readonly frozenParameters: readonly Parameter[];
  readonly frozenValues: OwnedValues;
  readonly trainedBlocks: readonly Block[];
  readonly trainedParameters: readonly Parameter[];
  /** Those of the frozen parameters whose scales are trained. */
  readonly scaledKernels: readonly Parameter[];
  readonly framesPerMicroBatch: number;
}

/** The frozen values are the trainer's to release. */
export function trainedNetwork(tf: Tensorflow, options: TrainerOptions): TrainedNetwork {
  const { network, loss, standardization } = options;
  const encoder = options.encoder ? trainedEncoder(tf, options.encoder, options.weights) : null;
  const parameters = [...(encoder?.trainedParameters ?? []), ...classifierParameters(network)];
  return { network, encoder, parameters, loss, standardization };
}

function trainedEncoder(
  tf: Tensorflow,
  { network, framesPerMicroBatch, ...tuning }: NonNullable<TrainerOptions['encoder']>,
  weights: TrainerOptions['weights'],
): TrainedEncoder {
  const blocks = mobileNetBlocks(network);
  const frozenBlocks = blocks.slice(0, tuning.fromBlock);
  const trainedBlocks = blocks.slice(tuning.fromBlock);
  const ofTrainedBlocks = new Map(encoderParameters(trainedBlocks).map((spec) => [spec.name, spec]));
  const trainedParameters = trainedEncoderParameters(network, tuning).map(
    (spec): Parameter => ofTrainedBlocks.get(spec.name) ?? { ...spec, layout: 'plain' },
  );
  for (const { name } of trainedParameters) ofTrainedBlocks.delete(name);
  const scaledKernels = [...ofTrainedBlocks.values()];
  const frozenParameters = [...encoderParameters(frozenBlocks), ...scaledKernels];
  return {
    network,
    frozenBlocks,
    frozenParameters,
    frozenValues: new OwnedValues(tf, frozenParameters, weights),
    trainedBlocks,
    trainedParameters,
    scaledKernels,
    framesPerMicroBatch,
  };
}

/** Values of what is trained, and beside them the kernels that follow from their scales; differentiable by these. */
export function scaledValues(
  tf: Tensorflow,
  { scaledKernels, frozenValues }: TrainedEncoder,
  values: Values,
): Values {
  const kernels = scaledKernels.map(({ name, layout }) => {
    const scales = values.get(scaleOf(name))!;
    // Output channels come last, but in the kernels of depthwise convolutions, which have one filter for each.
    const ofChannels = layout === 'depthwise' ? tf.reshape(scales, [-1, 1]) : scales;
    return [name, tf.mul(frozenValues.get().get(name)!, ofChannels)] as const;
  });
  return new Map([...values, ...kernels]);
}
