import { random } from '../random.js';
import { layerInputs, type RecurrentNetwork, readoutWidthOf } from './recurrent.js';

/** Masks to multiply with: 0 where a unit is dropped, 1 / (1 - rate) where it stays. */
export interface DropoutMasks {
  /** For each recurrent layer, float32 [batch, inputs of that layer], the same at every timestep. */
  readonly layers: Float32Array[];
  /** float32 [batch, readoutWidth], on the readout. */
  readonly readout: Float32Array;
}

/** The masks that a seed stands for. They are drawn here, not by an engine, so that engines agree. */
export function dropoutMasks(
  network: RecurrentNetwork,
  options: { batch: number; seed: number },
): DropoutMasks {
  const mask = (purpose: string | number, width: number) =>
    drawMask(options.batch * width, network.dropout, random(options.seed, 'dropout', purpose));
  return {
    layers: Array.from({ length: network.layers }, (_, layer) => mask(layer, layerInputs(network, layer))),
    readout: mask('readout', readoutWidthOf(network)),
  };
}

function drawMask(length: number, rate: number, stream: { float(): number }): Float32Array {
  const mask = new Float32Array(length).fill(1 / (1 - rate));
  if (rate === 0) return mask;
  // Many times as quick as Float32Array.from, and it is done in every step.
  for (let index = 0; index < length; index++) if (stream.float() < rate) mask[index] = 0;
  return mask;
}
