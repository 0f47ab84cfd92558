import type { RecurrentNetwork } from '../../../network/recurrent.js';
import type { Value } from '../graph.js';
import type { LevelInputs } from './network-inputs.js';

/** A layer of a network, and where in a graph it is to run. */
export interface LayerPlace {
  readonly network: RecurrentNetwork;
  readonly layer: number;
  readonly inputs: LevelInputs;
}

export interface LayerOutputs {
  /** float32 [timesteps, batch, width], both directions' outputs together; nobody reads it past a length. */
  readonly sequence: Value;
  /** float32 [batch, width]: each direction's output at the last timestep that it reads. */
  readonly last: () => Value;
}

/** Runs a layer over all timesteps of x float32 [timesteps, batch, inputs]. */
export type RunLayer = (x: Value, place: LayerPlace) => LayerOutputs;
