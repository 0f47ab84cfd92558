import type { RecurrentNetwork } from '../../network/recurrent.js';
import { HEAD } from '../../network/recurrent-parameters.js';
import { joinColumns, takeColumns } from '../../tensors/columns.js';
import { concatenate, requireTensor, type Weights } from '../../tensors/tensor.js';
import { OUTLIER_HEAD } from './outlier-odds.js';

/**
 * A network that is trained on outliers, too, has one class more while it is trained, the last one, which they are (outlier
 * exposure, Hendrycks et al. 2019, arXiv 1812.04606, with a class of their own in place of uniform targets).
 */
export const withOutlierClass = (network: RecurrentNetwork): RecurrentNetwork => ({
  ...network,
  classes: network.classes + 1,
});

const [KERNEL, BIAS] = [`${HEAD}.kernel`, `${HEAD}.bias`];

/** Adds that class to a head that has none; its logits are 0. */
export function addOutlierClass(weights: Weights): Weights {
  const [kernel, bias] = [weights.get(KERNEL), weights.get(BIAS)];
  if (!kernel || !bias) return weights;
  const [width, classes] = kernel.shape as readonly [number, number];
  const added = { rows: new Float32Array(width), bias: new Float32Array(1) };
  return new Map([
    ...weights,
    [KERNEL, { shape: [width, classes + 1], data: joinColumns([kernel.data, added.rows], width) }],
    [BIAS, { shape: [classes + 1], data: concatenate([bias.data, added.bias]) }],
  ]);
}

/** Takes that class out of a head, which is kept whole as OUTLIER_HEAD. */
export function takeOutlierClass(weights: Weights): Weights {
  const [kernel, bias] = [requireTensor(weights, KERNEL), requireTensor(weights, BIAS)];
  const [width, stride] = kernel.shape as readonly [number, number];
  const classes = stride - 1;
  const own = takeColumns(kernel.data, { start: 0, stride, width: classes });
  return new Map([
    ...weights,
    [KERNEL, { shape: [width, classes], data: own }],
    [BIAS, { shape: [classes], data: bias.data.slice(0, classes) }],
    [OUTLIER_HEAD, { shape: [width + 1, stride], data: concatenate([kernel.data, bias.data]) }],
  ]);
}
