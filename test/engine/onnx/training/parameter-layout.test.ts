import { describe, expect, it } from 'vitest';
import {
  pack,
  perElement,
  totalElements,
  unpack,
} from '../../../../src/engine/onnx/training/parameter-layout.js';
import type { Weights } from '../../../../src/tensors/tensor.js';

const parameters = [
  { name: 'head.kernel', shape: [2, 3] },
  { name: 'head.bias', shape: [3] },
  { name: 'readout.score', shape: [2] },
];

const weights: Weights = new Map([
  // In another order, and with one that is not trained.
  ['head.bias', { shape: [3], data: Float32Array.of(7, 8, 9) }],
  ['frozen.kernel', { shape: [1], data: Float32Array.of(100) }],
  ['head.kernel', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ['readout.score', { shape: [2], data: Float32Array.of(10, 11) }],
]);

describe('all that is trained, in one array', () => {
  const flat = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);

  it('has one parameter after the other, in their order', () => {
    expect(totalElements(parameters)).toBe(11);
    expect(pack(parameters, weights)).toEqual(flat);
  });

  it('comes apart again into copies', () => {
    const apart = unpack(parameters, flat);
    expect([...apart.keys()]).toEqual(parameters.map(({ name }) => name));
    for (const { name } of parameters) expect(apart.get(name)).toEqual(weights.get(name));
    apart.get('head.kernel')!.data.fill(0);
    expect(flat[0]).toBe(1);
  });

  it('has a number for each parameter at all of its elements', () => {
    const numbers = perElement(parameters, (name) => ['head.kernel', 'head.bias'].indexOf(name));
    expect(numbers).toEqual(Float32Array.of(0, 0, 0, 0, 0, 0, 1, 1, 1, -1, -1));
  });

  it('is refused when a parameter is missing or of another shape', () => {
    const without = new Map([...weights].filter(([name]) => name !== 'head.bias'));
    expect(() => pack(parameters, without)).toThrow('head.bias');
    const turned = new Map(weights).set('head.kernel', { shape: [3, 2], data: new Float32Array(6) });
    expect(() => pack(parameters, turned)).toThrow('head.kernel');
  });
});
