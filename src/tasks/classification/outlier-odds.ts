import type { Tensor } from '../../tensors/tensor.js';

/**
 * The head that a network had while it was trained on outliers, too, which were its last class: its kernel and, as the last row,
 * its biases, float32 [readoutWidth + 1, classes + 1]. The network's own head knows the classes alone.
 */
export const OUTLIER_HEAD = 'known.outlier_head';

/**
 * How much more probable the outliers' class is than all others together.
 *
 * @param head as OUTLIER_HEAD says.
 * @returns of a readout, float32 [readoutWidth]; at least 0.
 */
export function openOutlierOdds({ shape, data }: Tensor): (readout: Float32Array) => number {
  const [rows, columns] = shape as readonly [number, number];
  const biases = data.subarray((rows - 1) * columns);
  return (readout) => {
    const logits = Float64Array.from(biases);
    for (const [row, value] of readout.entries()) {
      for (let column = 0; column < columns; column++)
        logits[column]! += value * data[row * columns + column]!;
    }
    const classes = logits.subarray(0, -1);
    const most = classes.reduce((largest, logit) => Math.max(largest, logit));
    const sum = classes.reduce((total, logit) => total + Math.exp(logit - most), 0);
    return Math.exp(logits.at(-1)! - most) / sum;
  };
}
