import { type ParameterSpec, requireTensor, type Tensor, type Weights } from '../../../tensors/tensor.js';
import { FIRST_MOMENT, SECOND_MOMENT, STEP_COUNT, withoutPrefix } from '../../adam-names.js';
import { LentArray, type LentValues } from '../lent-array.js';
import { firstValues, pack, totalElements, unpack } from './parameter-layout.js';

/** All that is trained and the optimizer's moments, each float32 [elements]; see parameter-layout.ts. */
export interface AdamState {
  readonly weights: LentArray;
  readonly firstMoment: LentArray;
  readonly secondMoment: LentArray;
}

/** The state before the first step. */
export function initialState(parameters: readonly ParameterSpec[], weights: Weights): AdamState {
  return { ...emptyState(parameters), weights: new LentArray(firstValues(parameters, weights)) };
}

export function emptyState(parameters: readonly ParameterSpec[]): AdamState {
  const zeros = () => new LentArray(new Float32Array(totalElements(parameters)));
  return { weights: zeros(), firstMoment: zeros(), secondMoment: zeros() };
}

/** Copies of the state's arrays under the names of Trainer.state in engine.ts. */
export function exportState(
  parameters: readonly ParameterSpec[],
  state: AdamState,
  stepCount: number,
): Weights {
  const moment = (prefix: string, { data }: LentArray) =>
    [...unpack(parameters, data)].map(([name, tensor]): [string, Tensor] => [`${prefix}${name}`, tensor]);
  return new Map([
    ...unpack(parameters, state.weights.data),
    ...moment(FIRST_MOMENT, state.firstMoment),
    ...moment(SECOND_MOMENT, state.secondMoment),
    [STEP_COUNT, { shape: [1], data: Float32Array.of(stepCount) }],
  ]);
}

/** The reverse of exportState. */
export function importState(
  parameters: readonly ParameterSpec[],
  exported: Weights,
): { state: AdamState; stepCount: number } {
  const packed = (weights: Weights) => new LentArray(pack(parameters, weights));
  const state = {
    weights: packed(exported),
    firstMoment: packed(withoutPrefix(exported, FIRST_MOMENT)),
    secondMoment: packed(withoutPrefix(exported, SECOND_MOMENT)),
  };
  return { state, stepCount: requireTensor(exported, STEP_COUNT, [1]).data[0]! };
}

/** A state as the inputs of a step. */
export function stateFeeds({ weights, firstMoment, secondMoment }: AdamState): Record<string, LentValues> {
  return {
    weights: vector(weights),
    first_moment: vector(firstMoment),
    second_moment: vector(secondMoment),
  };
}

/** A state as the place that a step writes the next one to. */
export function stateTargets({ weights, firstMoment, secondMoment }: AdamState): Record<string, LentValues> {
  return {
    next_weights: vector(weights),
    next_first_moment: vector(firstMoment),
    next_second_moment: vector(secondMoment),
  };
}

export const vector = (data: LentArray): LentValues => ({ data, shape: [data.data.length] });
