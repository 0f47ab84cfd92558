import { describe, expect, it } from 'vitest';
import { validationSplit } from '../../../src/data/mnist/validation-split.js';

const labels = Uint8Array.from({ length: 300 }, (_, index) => (index % 10 === 0 ? 1 : 0));

describe('validationSplit', () => {
  it('puts every index into one of the two parts, in ascending order', () => {
    const { train, validation } = validationSplit(labels, { share: 0.2, seed: 1 });
    const all = Array.from(labels.keys());
    expect([...train, ...validation].sort((one, other) => one - other)).toEqual(all);
    expect(train).toEqual(all.filter((index) => train.includes(index)));
    expect(validation).toEqual(all.filter((index) => validation.includes(index)));
  });

  it('takes its share of each class, however rare', () => {
    const { validation } = validationSplit(labels, { share: 0.2, seed: 1 });
    expect(validation.filter((index) => labels[index] === 1)).toHaveLength(6);
    expect(validation.filter((index) => labels[index] === 0)).toHaveLength(54);
  });

  it.each([
    [0.01, 1],
    [0.99, 2],
  ])('leaves both parts an example of a class of three at a share of %f', (share, count) => {
    const { train, validation } = validationSplit([4, 4, 4], { share, seed: 1 });
    expect(validation).toHaveLength(count);
    expect(train).toHaveLength(3 - count);
  });

  it('trains on the only example of a class', () => {
    expect(validationSplit([4], { share: 0.5, seed: 1 })).toEqual({ train: [0], validation: [] });
  });

  it('draws the same again from the same seed, another part from another', () => {
    const split = (seed: number) => validationSplit(labels, { share: 0.2, seed });
    expect(split(1)).toEqual(split(1));
    expect(split(1).validation).not.toEqual(split(2).validation);
  });
});
