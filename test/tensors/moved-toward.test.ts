import { describe, expect, it } from 'vitest';
import { movedToward } from '../../src/tensors/moved-toward.js';
import type { Weights } from '../../src/tensors/tensor.js';

describe('weights that are moved toward others', () => {
  const weights = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });

  it('go a share of the way; what has no other stays', () => {
    const from: Weights = new Map([
      ['a', weights(1, -4)],
      ['b', weights(0.1)],
    ]);
    expect(movedToward(from, new Map([['a', weights(3, 0)]]), 0.25)).toEqual(
      new Map([
        ['a', weights(1.5, -3)],
        ['b', weights(0.1)],
      ]),
    );
  });
});
