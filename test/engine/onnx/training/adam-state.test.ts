import { describe, expect, it } from 'vitest';
import { LentArray } from '../../../../src/engine/onnx/lent-array.js';
import {
  type AdamState,
  exportState,
  importState,
  initialState,
} from '../../../../src/engine/onnx/training/adam-state.js';
import type { Weights } from '../../../../src/tensors/tensor.js';

const parameters = [
  { name: 'head.kernel', shape: [1, 2] },
  { name: 'head.bias', shape: [2] },
];
const weights: Weights = new Map([
  ['head.kernel', { shape: [1, 2], data: Float32Array.of(1, 2) }],
  ['head.bias', { shape: [2], data: Float32Array.of(3, 4) }],
]);
const state: AdamState = {
  weights: new LentArray(Float32Array.of(1, 2, 3, 4)),
  firstMoment: new LentArray(Float32Array.of(5, 6, 7, 8)),
  secondMoment: new LentArray(Float32Array.of(9, 10, 11, 12)),
};

const valuesOf = ({ weights, firstMoment, secondMoment }: AdamState) => [
  [...weights.data],
  [...firstMoment.data],
  [...secondMoment.data],
];

describe("the optimizer's state", () => {
  it('begins with the weights and with moments of zero', () => {
    const zeros = [0, 0, 0, 0];
    expect(valuesOf(initialState(parameters, weights))).toEqual([[1, 2, 3, 4], zeros, zeros]);
  });

  it('goes out under the names that every engine gives it', () => {
    const exported = exportState(parameters, state, 17);
    const values = [...exported].map(([name, { data }]) => [name, [...data]]);
    expect(Object.fromEntries(values)).toEqual({
      'head.kernel': [1, 2],
      'head.bias': [3, 4],
      'adam.m.head.kernel': [5, 6],
      'adam.m.head.bias': [7, 8],
      'adam.v.head.kernel': [9, 10],
      'adam.v.head.bias': [11, 12],
      'adam.step': [17],
    });
  });

  it('comes back as it went out, whatever else is with it', () => {
    const exported = new Map(exportState(parameters, state, 17));
    exported.set('other', { shape: [1], data: Float32Array.of(0) });
    const imported = importState(parameters, exported);
    expect(imported.stepCount).toBe(17);
    expect(valuesOf(imported.state)).toEqual(valuesOf(state));
  });

  it('is refused when a part of it is missing', () => {
    const exported = new Map(exportState(parameters, state, 17));
    exported.delete('adam.v.head.bias');
    expect(() => importState(parameters, exported)).toThrow('head.bias');
  });
});
