import { mobileNetParameters } from '../../../encoder/encoder-parameters.js';
import type { MobileNet } from '../../../encoder/mobilenet.js';
import type { Loss } from '../../../network/losses.js';
import type { RecurrentNetwork } from '../../../network/recurrent.js';
import { EMBEDDING, recurrentParameters, SOURCE_EMBEDDING } from '../../../network/recurrent-parameters.js';
import type { Standardization } from '../../../network/standardize.js';
import { type ParameterSpec, requireTensor, type Weights } from '../../../tensors/tensor.js';
import type { TrainerOptions } from '../../engine.js';
import type { UpdateOptions } from './adamw.js';
import { decayMask, trainedEncoderParameters } from './parameter-layout.js';

/** A network as a trainer sees it: what is trained, and how. */
export interface TrainedNetwork {
  readonly network: RecurrentNetwork;
  /** What is trained as one vector: the encoder's parameters first, then the recurrent network's. */
  readonly parameters: readonly ParameterSpec[];
  /** Tables of embeddings, of which each step trains the rows that it reads. */
  readonly tables: readonly TrainedTable[];
  readonly encoderParameterCount: number;
  readonly loss: Loss;
  readonly standardization?: Standardization | undefined;
  readonly update: UpdateOptions;
  /** float32 [elements]: see decayMask of parameter-layout.ts. */
  readonly decayMask: Float32Array;
  /** See TrainerOptions. */
  readonly carriesStates: boolean;
}

/** An embedding's table that nothing else has, as the head may. */
export interface TrainedTable {
  readonly spec: ParameterSpec;
  /** Whose tokens it is looked up by. */
  readonly of: 'sequence' | 'source';
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
  const { network, encoder, optimizer, clipNorm, loss, standardization, carriesStates = false } = options;
  const ofEncoder = encoder ? trainedEncoderParameters(encoder.network, encoder.fromBlock) : [];
  const ofRecurrent = recurrentParameters(network);
  const tables = ofRecurrent.flatMap((spec): TrainedTable[] => {
    if (spec.name === SOURCE_EMBEDDING) return [{ spec, of: 'source' }];
    return spec.name === EMBEDDING && !network.tied ? [{ spec, of: 'sequence' }] : [];
  });
  const isTable = (parameter: ParameterSpec) => tables.some(({ spec }) => spec === parameter);
  const parameters = [...ofEncoder, ...ofRecurrent.filter((parameter) => !isTable(parameter))];
  return {
    network,
    parameters,
    tables,
    encoderParameterCount: ofEncoder.length,
    loss,
    standardization,
    update: { optimizer, clipNorm },
    decayMask: decayMask(parameters),
    carriesStates,
  };
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
