import { mobileNetParameters } from '../../../encoder/encoder-parameters.js';
import type { MobileNet } from '../../../encoder/mobilenet.js';
import { trainedEncoderParameters } from '../../../encoder/trained-parameters.js';
import type { Loss } from '../../../network/losses.js';
import type { RecurrentNetwork } from '../../../network/recurrent.js';
import { EMBEDDING, recurrentParameters, SOURCE_EMBEDDING } from '../../../network/recurrent-parameters.js';
import type { Standardization } from '../../../network/standardize.js';
import { type ParameterSpec, requireTensor, type Weights } from '../../../tensors/tensor.js';
import type { TrainerOptions } from '../../engine.js';
import { updateFactors } from '../../update-factors.js';
import type { UpdateOptions, WeightFactors } from './adamw.js';
import { firstValues, perElement } from './parameter-layout.js';

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
  readonly factors: WeightFactors;
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
  const ofEncoder = encoder ? trainedEncoderParameters(encoder.network, encoder) : [];
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
    factors: weightFactors(parameters, options),
    carriesStates,
  };
}

/** With what the defaults need, and no more: all of it becomes part of graphs. */
function weightFactors(parameters: readonly ParameterSpec[], options: TrainerOptions): WeightFactors {
  const { encoder, optimizer, weights } = options;
  const { layerDecay = 1 } = encoder ?? {};
  const of = updateFactors(options);
  const isPulled = encoder && optimizer.pull;
  return {
    rates: layerDecay < 1 ? perElement(parameters, (name) => of(name).rate) : undefined,
    decays: perElement(parameters, (name) => of(name).decay),
    pull: isPulled
      ? { factors: perElement(parameters, (name) => of(name).pull), to: firstValues(parameters, weights) }
      : undefined,
  };
}

/** Copies of the encoder's weights that are not trained. */
export function frozenWeights(
  { network, ...tuning }: NonNullable<TrainerOptions['encoder']>,
  weights: Weights,
): Weights {
  const trained = new Set(trainedEncoderParameters(network, tuning).map(({ name }) => name));
  const frozen = mobileNetParameters(network).filter(({ name }) => !trained.has(name));
  return new Map(
    frozen.map(({ name, shape }) => {
      const { data } = requireTensor(weights, name, shape);
      return [name, { shape, data: data.slice() }];
    }),
  );
}
