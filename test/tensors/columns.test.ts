import { expect, it } from 'vitest';
import { joinColumns, takeColumns } from '../../src/tensors/columns.js';

it('joins matrices of as many rows beside each other, and takes columns of them', () => {
  const [narrow, wide] = [Float32Array.of(1, 2), Float32Array.of(10, 11, 20, 21)];
  const joined = joinColumns([narrow, wide, narrow], 2);
  expect(joined).toEqual(Float32Array.of(1, 10, 11, 1, 2, 20, 21, 2));
  expect(takeColumns(joined, { start: 1, stride: 4, width: 2 })).toEqual(wide);
  expect(joinColumns([Uint8Array.of(1, 2), Uint8Array.of(3, 4)], 2)).toEqual(Uint8Array.of(1, 3, 2, 4));
});
