import { type MobileNet, mobileNetParameters } from '../../../encoder/mobilenet.js';
import type { RecurrentNetwork } from '../../../network/recurrent.js';
import { requireTensor, type Weights } from '../../../tensors/tensor.js';
import type { TrainerOptions } from '../../engine.js';
import type { UpdateOptions } from './adamw.js';
import { decayMask, encoderPieces, type Piece, recurrentPieces } from './parameter-layout.js';

/** A network as a trainer sees it: what is trained, and how. */
export interface TrainedNetwork {
  readonly network: RecurrentNetwork;
  /** All that is trained: the encoder's first, then the recurrent network's. */
  readonly pieces: readonly Piece[];
  readonly encoderPieceCount: number;
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

export function trainedNetwork({ network, encoder, optimizer, clipNorm }: TrainerOptions): TrainedNetwork {
  const ofEncoder = encoder ? encoderPieces(encoder.network, encoder.fromBlock) : [];
  const pieces = [...ofEncoder, ...recurrentPieces(network)];
  const update = { optimizer, clipNorm, decayMask: decayMask(pieces) };
  return { network, pieces, encoderPieceCount: ofEncoder.length, update };
}

/** Copies of the encoder's weights that are not trained. */
export function frozenWeights(
  { network, fromBlock }: NonNullable<TrainerOptions['encoder']>,
  weights: Weights,
): Weights {
  const trained = new Set(encoderPieces(network, fromBlock).map(({ name }) => name));
  const frozen = mobileNetParameters(network).filter(({ name }) => !trained.has(name));
  return new Map(
    frozen.map(({ name, shape }) => {
      const { data } = requireTensor(weights, name, shape);
      return [name, { shape, data: data.slice() }];
    }),
  );
}
