import { type Block, type MobileNet, mobileNetBlocks } from '../../encoder/mobilenet.js';
import type { Loss } from '../../network/losses.js';
import type { RecurrentNetwork } from '../../network/recurrent.js';
import type { Standardization } from '../../network/standardize.js';
import type { TrainerOptions } from '../engine.js';
import type { Tensorflow } from './load.js';
import { OwnedValues } from './owned-values.js';
import { classifierParameters, encoderParameters, type Parameter } from './parameter-tensors.js';

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
  { network, fromBlock, framesPerMicroBatch }: NonNullable<TrainerOptions['encoder']>,
  weights: TrainerOptions['weights'],
): TrainedEncoder {
  const blocks = mobileNetBlocks(network);
  const frozenBlocks = blocks.slice(0, fromBlock);
  const trainedBlocks = blocks.slice(fromBlock);
  const frozenParameters = encoderParameters(frozenBlocks);
  return {
    network,
    frozenBlocks,
    frozenParameters,
    frozenValues: new OwnedValues(tf, frozenParameters, weights),
    trainedBlocks,
    trainedParameters: encoderParameters(trainedBlocks),
    framesPerMicroBatch,
  };
}
