import { describe, expect, it } from 'vitest';
import { exportState, importState, initialState } from '../../../../src/engine/onnx/training/adam-state.js';
import type { Weights } from '../../../../src/tensors/tensor.js';

const parameters = [
  { name: 'head.kernel', shape: [1, 2] },
  { name: 'head.bias', shape: [2] },
];
const weights: Weights = new Map([
  ['head.kernel', { shape: [1, 2], data: Float32Array.of(1, 2) }],
  ['head.bias', { shape: [2], data: Float32Array.of(3, 4) }],
]);
const state = {
  weights: Float32Array.of(1, 2, 3, 4),
  firstMoment: Float32Array.of(5, 6, 7, 8),
  secondMoment: Float32Array.of(9, 10, 11, 12),
};

describe("the optimizer's state", () => {
  it('begins with the weights and with moments of zero', () => {
    const zeros = new Float32Array(4);
    const expected = { weights: state.weights, firstMoment: zeros, secondMoment: zeros };
    expect(initialState(parameters, weights)).toEqual(expected);
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
    expect(importState(parameters, exported)).toEqual({ state, stepCount: 17 });
  });

  it('is refused when a part of it is missing', () => {
    const exported = new Map(exportState(parameters, state, 17));
    exported.delete('adam.v.head.bias');
    expect(() => importState(parameters, exported)).toThrow('head.bias');
  });
});
