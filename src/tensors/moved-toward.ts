import type { Tensor, Weights } from './tensor.js';

/** (1 - share) from + share to, of what is in both; the rest of `from` as it is. What is the same stays so to the bit. */
export function movedToward(from: Weights, to: Weights, share: number): Weights {
  return new Map(
    [...from].map(([name, tensor]): [string, Tensor] => {
      const target = to.get(name)?.data;
      if (!target) return [name, tensor];
      const data = tensor.data.slice();
      // Not map, which takes twice as long.
      for (let index = 0; index < data.length; index++) {
        data[index]! += share * (target[index]! - data[index]!);
      }
      return [name, { shape: tensor.shape, data }];
    }),
  );
}
