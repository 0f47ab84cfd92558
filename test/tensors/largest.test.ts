import { describe, expect, it } from 'vitest';
import { argmax, largest } from '../../src/tensors/largest.js';

describe('largest', () => {
  it('takes more numbers than a call takes arguments', () => {
    const values = new Float32Array(3_000_000);
    values[1_234_567] = 8;
    expect(() => Math.max(...values)).toThrow(RangeError);
    expect(largest(values)).toBe(8);
  });

  it('is as Math.max is of none, and of what is not a number', () => {
    expect(largest([])).toBe(Number.NEGATIVE_INFINITY);
    expect(largest([-3, -2])).toBe(-2);
    expect(largest([1, Number.NaN, 2])).toBeNaN();
  });
});

it('argmax takes the first of equals', () => {
  expect(argmax([1, 3, 3])).toBe(1);
});
