import type { MobileNet } from '../../../encoder/mobilenet.js';
import { mobileNetParameters } from '../../../encoder/parameters.js';
import type { Loss } from '../../../network/losses.js';
import { type RecurrentNetwork, recurrentParameters } from '../../../network/recurrent.js';
import type { Standardization } from '../../../network/standardize.js';
import { type ParameterSpec, requireTensor, type Weights } from '../../../tensors/tensor.js';
import type { TrainerOptions } from '../../engine.js';
import type { UpdateOptions } from './adamw.js';
import { decayMask, trainedEncoderParameters } from './parameter-layout.js';

/** A network as a trainer sees it: what is trained, and how. */
export interface TrainedNetwork {
  readonly network: RecurrentNetwork;
  /** All that is trained: the encoder's first, then the recurrent network's. */
  readonly parameters: readonly ParameterSpec[];
  readonly encoderParameterCount: number;
  readonly loss: Loss;
  readonly standardization?: Standardization | undefined;
  readonly update: UpdateOptions;
}

export interface TrainedEncoder {
  readonly network: MobileNet;
  /** The weights that stay as they are. */
  readonly frozen: Weights;
  readonly framesPerMicroBatch: number;
  /** See ops/blocked.ts. */
  readonly block: number;
}

export function trainedNetwork(options: TrainerOptions): TrainedNetwork {
  const { network, encoder, optimizer, clipNorm, loss, standardization } = options;
  const ofEncoder = encoder ? trainedEncoderParameters(encoder.network, encoder.fromBlock) : [];
  const parameters = [...ofEncoder, ...recurrentParameters(network)];
  const update = { optimizer, clipNorm, decayMask: decayMask(parameters) };
  return { network, parameters, encoderParameterCount: ofEncoder.length, loss, standardization, update };
}

/** Copies of the encoder's weights that are not trained. */
export function frozenWeights(
  { network, fromBlock }: NonNullable<TrainerOptions['encoder']>,
  weights: Weights,
): Weights {
  const trained = new Set(trainedEncoderParameters(network, fromBlock).map(({ name }) => name));
  const frozen = mobileNetParameters(network).filter(({ name }) => !trained.has(name));
  return new Map(
    frozen.map(({ name, shape }) => {
      const { data } = requireTensor(weights, name, shape);
      return [name, { shape, data: data.slice() }];
    }),
  );
}
