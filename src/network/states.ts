import { cellLayout } from './cells.js';
import { type RecurrentNetwork, stateName } from './recurrent.js';

/** A part of what a network hands on from one timestep to the next. */
export interface StatePart {
  readonly name: string;
  readonly layer: number;
  readonly width: number;
}

/** Values of a network's state parts, in their order: each float32 [batch, width]. */
export type States = readonly Float32Array[];

/**
 * What the network carries from the end of a sequence to the start of the next one, if that goes on with it. Nothing
 * where that makes no sense: with a pass from the end to the start, or with segments.
 */
export function statePartsOf({ cell, layers, units, bidirectional, upper }: RecurrentNetwork): StatePart[] {
  if (bidirectional || upper) return [];
  return Array.from({ length: layers }, (_, layer) =>
    cellLayout(cell).states.map((part) => ({ name: stateName(layer, part), layer, width: units })),
  ).flat();
}

/** The states before the first timestep. */
export const zeroStates = (network: RecurrentNetwork, batch: number): States =>
  statePartsOf(network).map(({ width }) => new Float32Array(batch * width));
