import { addNode, misfit, type Value } from '../graph.js';

/**
 * Convolution with bias of square feature maps, x float32 [N, inputs, side, side] -> [N, outputs, side',
 * side'], with kernel [outputs, inputs / groups, k, k], bias [outputs] and zeros around the map.
 */
export function convolution(
  x: Value,
  options: {
    kernel: Value;
    bias: Value;
    stride: number;
    groups: number;
    padding: { before: number; after: number };
  },
): Value {
  const { kernel, bias, stride, groups, padding } = options;
  const [batch, inputs, height, width] = x.shape;
  const [outputs, inputsPerGroup, kernelHeight, kernelWidth] = kernel.shape;
  const fits =
    batch !== undefined &&
    typeof inputs === 'number' &&
    typeof height === 'number' &&
    typeof outputs === 'number' &&
    typeof kernelHeight === 'number' &&
    height === width &&
    kernelHeight === kernelWidth &&
    inputsPerGroup === inputs / groups &&
    bias.shape.join() === `${outputs}`;
  if (!fits) {
    throw misfit('Conv', [x, kernel, bias], `[N, C, S, S], [O, C / ${groups}, K, K] and [O]`);
  }
  const { before, after } = padding;
  const side = Math.floor((height + before + after - kernelHeight) / stride) + 1;
  return addNode('Conv', {
    inputs: [x, kernel, bias],
    outputs: [{ dtype: x.dtype, shape: [batch, outputs, side, side] }],
    attributes: {
      kernel_shape: { kind: 'integers', value: [kernelHeight, kernelHeight] },
      strides: { kind: 'integers', value: [stride, stride] },
      pads: { kind: 'integers', value: [before, before, after, after] },
      group: { kind: 'integer', value: groups },
    },
  })[0]!;
}
