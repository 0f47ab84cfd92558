import type { RecurrentLevel } from '../../../network/recurrent.js';
import type { Value } from '../graph.js';
import type { LevelInputs } from './network-inputs.js';

/** A layer of a level, and where in a graph it is to run. */
export interface LayerPlace {
  readonly level: RecurrentLevel;
  readonly layer: number;
  readonly inputs: LevelInputs;
  /** The states to start from, each [batch, units]; zeros when absent. Of a layer that runs forward alone. */
  readonly initial?: readonly Value[] | undefined;
}

export interface LayerOutputs {
  /** float32 [timesteps, batch, width], both directions' outputs together; nobody reads it past a length. */
  readonly sequence: Value;
  /** float32 [batch, width]: each direction's output at the last timestep that it reads. */
  readonly last: () => Value;
  /**
   * The forward pass' states after the last timestep, each [batch, units]: a layer that is trained has them of batches
   * whose sequences are all as long.
   */
  readonly final: () => readonly Value[];
}

/** Runs a layer over all timesteps of x float32 [timesteps, batch, inputs]. */
export type RunLayer = (x: Value, place: LayerPlace) => LayerOutputs;
