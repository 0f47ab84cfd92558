import { random } from '../random.js';
import {
  layerInputs,
  levelsOf,
  type RecurrentLevel,
  type RecurrentNetwork,
  readoutWidthOf,
  sourceLevelOf,
  topLevelOf,
} from './recurrent.js';

/** Masks to multiply with: 0 where a unit is dropped, 1 / (1 - rate) where it stays. */
export interface DropoutMasks {
  /** For each level and recurrent layer, float32 [sequences, inputs of that layer], the same at every timestep. */
  readonly levels: Float32Array[][];
  /** Likewise for each layer that reads a source; none without one. */
  readonly source: Float32Array[];
  /** float32 [sequences, readoutWidth], on what the head reads. */
  readonly readout: Float32Array;
}

/**
 * The masks that a seed stands for. They are drawn here, not by an engine, so that engines agree.
 *
 * @param options.sequences that each level reads; those of a level below an upper one are segments.
 */
export function dropoutMasks(
  network: RecurrentNetwork,
  { sequences, seed }: { sequences: readonly number[]; seed: number },
): DropoutMasks {
  const mask = (purpose: string | number, length: number) =>
    drawMask(length, network.dropout, random(seed, 'dropout', purpose));
  const masks = (level: RecurrentLevel, count: number) =>
    Array.from({ length: level.layers }, (_, layer) => {
      const purpose = level.prefix ? `${level.prefix}${layer}` : layer;
      return mask(purpose, count * layerInputs(level, layer));
    });
  const last = sequences.at(-1)!;
  return {
    levels: levelsOf(network).map((level, index) => masks(level, sequences[index]!)),
    source: network.source ? masks(sourceLevelOf(network.source), last) : [],
    readout: mask('readout', last * readoutWidthOf(topLevelOf(network))),
  };
}

function drawMask(length: number, rate: number, stream: { float(): number }): Float32Array {
  const mask = new Float32Array(length).fill(1 / (1 - rate));
  if (rate === 0) return mask;
  // Many times as quick as Float32Array.from, and it is done in every step.
  for (let index = 0; index < length; index++) if (stream.float() < rate) mask[index] = 0;
  return mask;
}
