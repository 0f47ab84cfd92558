import { describe, expect, it } from 'vitest';
import { roundKernel } from '../../src/encoder/round-kernel.js';
import { random } from '../../src/random.js';

const round = (kernel: readonly number[], covariance: readonly number[], scales = [1], largest = 127) =>
  [
    ...roundKernel({
      kernel: Float32Array.from(kernel),
      scales: Float32Array.from(scales),
      largest,
      covariance: Float64Array.from(covariance),
    }),
  ].map((step) => step + 0);

describe('a kernel in whole numbers', () => {
  it('has the nearest ones where inputs have nothing to do with each other', () => {
    expect(round([0.4, -1.6, 0.6, 2.2], [1, 0, 0, 3], [1, 0.5])).toEqual([0, -2, 1, 4]);
  });

  it('makes up for an error by another one where inputs go together', () => {
    expect(round([0.4, 0.4], [1, 1, 1, 1])).toEqual([1, 0]);
    expect(round([0.4, 0.4], [1, -1, -1, 1])).toEqual([0, 0]);
  });

  it('leaves alone the weights of inputs that were always the same', () => {
    expect(round([0.4, 0.4], [0, 0, 0, 0])).toEqual([0, 0]);
  });

  it('has no number beyond the largest', () => {
    expect(round([1.4, 1.4, 1.4], Array(9).fill(1), [1], 1)).toEqual([1, 1, 1]);
  });

  it('is nearer in what the layer gives than that of the nearest numbers', () => {
    const stream = random(1, 'round');
    const [inputs, frames] = [24, 200];
    const causes = Array.from({ length: frames * 4 }, () => stream.normal());
    const mixing = Array.from({ length: inputs * 4 }, () => stream.normal());
    const seen = Array.from({ length: frames }, (_, frame) =>
      Array.from({ length: inputs }, (_, input) =>
        [0, 1, 2, 3].reduce(
          (sum, k) => sum + causes[frame * 4 + k]! * mixing[input * 4 + k]!,
          stream.normal(),
        ),
      ),
    );
    const covariance = Array.from({ length: inputs ** 2 }, (_, index) =>
      seen.reduce((sum, row) => sum + row[Math.floor(index / inputs)]! * row[index % inputs]!, 0),
    );
    const kernel = Array.from({ length: inputs }, () => 3 * stream.normal());
    const lossOf = (steps: readonly number[]) =>
      seen.reduce((sum, row) => sum + row.reduce((y, x, i) => y + x * (steps[i]! - kernel[i]!), 0) ** 2, 0);
    expect(lossOf(round(kernel, covariance))).toBeLessThan(0.6 * lossOf(kernel.map(Math.round)));
  });
});
