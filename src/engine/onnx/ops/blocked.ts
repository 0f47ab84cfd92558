import { type Attribute, addNode, constant, differentiable, misfit, type Value } from '../graph.js';
import { clip, isPositive, multiply, scalar, subtract } from './elementwise.js';
import { gemm, matmul } from './matrix.js';
import { sum } from './reduce.js';
import { padEnd, reshape, take, transpose } from './shape.js';

/*
 * Convolutions on maps with blocked channels: [N, C, S, S] stored as [N, C / block, S, S, block], channels
 * filled up with zeros to whole blocks. For these onnxruntime has kernels of its own, several times as fast
 * for a depthwise convolution as those on plain maps; it uses them by itself where weights are constant,
 * which in training they are not. The block is as many floats as fit a vector register of the processor; 1
 * stands for one that has no such kernels, where the ordinary operators do the same.
 *
 * All sizes are known as the graph is built, the number of frames included.
 */

/** A plain map [N, C, S, S] -> blocked. */
export function toBlocks(x: Value, block: number): Value {
  const padded = padEnd(x, 1, wholeBlocks(Number(x.shape[1]), block));
  if (block === 1) return padded;
  const y = addNode('ReorderInput', { inputs: [padded], outputs: [padded], domain: DOMAIN })[0]!;
  const channels = Number(padded.shape[1]);
  return differentiable(y, { inputs: [padded], gradients: (dy) => [() => fromBlocks(dy, channels, block)] });
}

/** A blocked map -> its first `channels` as a plain map [N, channels, S, S]. */
export function fromBlocks(x: Value, channels: number, block: number): Value {
  const [frames, stored, side] = sizesOf(x);
  if (block === 1 && stored === channels) return x;
  const y = addNode('ReorderOutput', {
    inputs: [x],
    outputs: [{ dtype: x.dtype, shape: [frames, channels, side, side] }],
    attributes: { channels: { kind: 'integer', value: channels } },
    domain: DOMAIN,
  })[0]!;
  return differentiable(y, { inputs: [x], gradients: (dy) => [() => toBlocks(dy, block)] });
}

interface Convolution {
  /** float32; see each op. */
  readonly kernel: Value;
  /** float32 [outputs] */
  readonly bias: Value;
  readonly activation: 'relu6' | 'linear';
}

/** Every output channel a sum over all input channels of a blocked map; kernel [outputs, inputs]. */
export function pointwise(x: Value, { kernel, bias, activation }: Convolution, block: number): Value {
  const [, inputs] = sizesOf(x);
  const outputs = wholeBlocks(Number(kernel.shape[0]), block);
  if (kernel.shape.length !== 2 || wholeBlocks(Number(kernel.shape[1]), block) !== inputs) {
    throw misfit('pointwise convolution', [x, kernel], `[N, C, S, S] and [O, C]`);
  }
  const matrix = padEnd(padEnd(kernel, 1, inputs), 0, outputs);
  const shifts = padEnd(bias, 0, outputs);
  const run = (map: Value, weights: Value, shift: Value | null) =>
    convolve(map, { weights, shift, activation: shift ? activation : 'linear', block, kernelSize: 1 });
  const y = run(x, blockedMatrix(matrix, block), shifts);
  return differentiable(y, {
    inputs: [x, matrix, shifts],
    gradients: (dy) => {
      const dz = beforeActivation(dy, y, activation);
      return [
        () => run(dz, blockedMatrix(transpose(matrix, [1, 0]), block), null),
        () => productOverPixels(dz, x, block),
        () => channelSums(dz, block),
      ];
    },
  });
}

export interface Window {
  readonly stride: 1 | 2;
  /** Zero rows (columns) around the map. */
  readonly padding: { readonly before: number; readonly after: number };
}

/** Each channel of a blocked map on its own; kernel [channels, 1, 3, 3]. */
export function depthwise(
  x: Value,
  { kernel, bias, activation, stride, padding }: Convolution & Window,
  block: number,
): Value {
  const [, channels, side] = sizesOf(x);
  if (wholeBlocks(Number(kernel.shape[0]), block) !== channels || kernel.shape.slice(1).join() !== '1,3,3') {
    throw misfit('depthwise convolution', [x, kernel], '[N, C, S, S] and [C, 1, 3, 3]');
  }
  const taps = blockedTaps(padEnd(kernel, 0, channels), block);
  const shifts = padEnd(bias, 0, channels);
  const shared = { groups: channels, block, kernelSize: 3 };
  const y = convolve(x, { ...shared, weights: taps, shift: shifts, activation, stride, padding });
  return differentiable(y, {
    inputs: [x, taps, shifts],
    gradients: (dy) => {
      const dz = beforeActivation(dy, y, activation);
      return [
        () => {
          const map = stride === 1 ? dz : spread(dz, block);
          const before = 2 - padding.before;
          const back = { before, after: side + 2 - before - Number(map.shape[2]) };
          return convolve(map, { ...shared, weights: turned(taps, block), padding: back });
        },
        () => tapGradient(x, dz, { stride, padding, block }),
        () => channelSums(dz, block),
      ];
    },
  });
}

/**
 * The 3 x 3 windows of a plain map of few channels, each window's values as channels of a blocked map: a
 * full convolution is a pointwise one over these, kernel [outputs, C x 9]. Not differentiated by x.
 */
export function windows(x: Value, { stride, padding }: Window, block: number): Value {
  const channels = Number(x.shape[1]);
  const count = wholeBlocks(channels * 9, block);
  // Output channel (c, i, j) has one weight that is not 0: the one at (c, i, j).
  const data = new Float32Array(count * channels * 9);
  for (let place = 0; place < channels * 9; place++) {
    data[(place - (place % block)) * channels * 9 + place * block + (place % block)] = 1;
  }
  const weights = constant(x.graph, { shape: [count, channels, 3, 3], data });
  return convolve(x, { weights, block, kernelSize: 3, stride, padding });
}

const DOMAIN = 'com.microsoft.nchwc';

const wholeBlocks = (channels: number, block: number): number => Math.ceil(channels / block) * block;

function sizesOf(map: Value): [frames: number, channels: number, side: number] {
  const [frames, channels, height, width] = map.shape;
  if (
    typeof frames !== 'number' ||
    typeof channels !== 'number' ||
    typeof height !== 'number' ||
    height !== width
  ) {
    throw misfit('blocked convolution', [map], 'a map [N, C, S, S] of known sizes');
  }
  return [frames, channels, height];
}

/** The operator itself, on weights that lie as it wants them. */
function convolve(
  x: Value,
  options: {
    weights: Value;
    shift?: Value | null;
    activation?: 'relu6' | 'linear';
    groups?: number;
    stride?: number;
    dilation?: number;
    padding?: Window['padding'];
    kernelSize: number;
    block: number;
  },
): Value {
  const { weights, shift = null, activation = 'linear', groups = 1, kernelSize, block } = options;
  const { stride = 1, dilation = 1, padding = { before: 0, after: 0 } } = options;
  const [frames, , side] = sizesOf(x);
  const { before, after } = padding;
  const outputSide = Math.floor((side + before + after - dilation * (kernelSize - 1) - 1) / stride) + 1;
  const both = (value: number): Attribute => ({ kind: 'integers', value: [value, value] });
  const isBlocked = block > 1;
  const clips = activation === 'relu6';
  const fused: Record<string, Attribute> = {
    activation: { kind: 'text', value: 'Clip' },
    activation_params: { kind: 'numbers', value: [0, 6] },
  };
  const y = addNode('Conv', {
    inputs: [x, weights, shift],
    outputs: [{ dtype: x.dtype, shape: [frames, weights.shape[0]!, outputSide, outputSide] }],
    attributes: {
      kernel_shape: both(kernelSize),
      strides: both(stride),
      dilations: both(dilation),
      pads: { kind: 'integers', value: [before, before, after, after] },
      group: { kind: 'integer', value: groups },
      ...(clips && isBlocked ? fused : {}),
    },
    domain: isBlocked ? DOMAIN : '',
  })[0]!;
  return clips && !isBlocked ? clip(y, 0, 6) : y;
}

/** What passes back through relu6, whose result y is: the gradient where 0 < y < 6, else 0. */
function beforeActivation(dy: Value, y: Value, activation: Convolution['activation']): Value {
  if (activation === 'linear') return dy;
  return multiply(dy, isPositive(multiply(y, subtract(scalar(y, 6), y))));
}

/** By the taps: the products of map and gradient at each of the 3 x 3 shifts, a convolution of the two. */
function tapGradient(x: Value, dz: Value, options: Window & { block: number }): Value {
  const [frames, channels, side] = sizesOf(x);
  const outputSide = Number(dz.shape[2]);
  const all = frames * channels;
  const { stride, padding, block } = options;
  const products = convolve(reshape(x, [1, all, side, side]), {
    weights: reshape(dz, [all, 1, outputSide, outputSide]),
    groups: all,
    dilation: stride,
    kernelSize: outputSide,
    padding,
    block,
  });
  return reshape(sum(reshape(products, [frames, channels * 9]), [0]), [channels, 1, 3, 3]);
}

/** A blocked map with a zero after every pixel and a row of zeros after every row. */
function spread(x: Value, block: number): Value {
  const [frames, channels, side] = sizesOf(x);
  const rows = (frames * channels * side) / block;
  const pixels = padEnd(reshape(x, [rows * side, block]), 1, 2 * block);
  const rowLength = 2 * side * block;
  const spreadRows = padEnd(reshape(pixels, [rows, rowLength]), 1, 2 * rowLength);
  return reshape(spreadRows, [frames, channels, 2 * side, 2 * side]);
}

/** [outputs, inputs] as the operator wants it: [outputs / block, inputs / block, inputs in it, outputs in it]. */
function blockedMatrix(matrix: Value, block: number): Value {
  const [outputs, inputs] = matrix.shape as readonly [number, number];
  const parts = reshape(matrix, [outputs / block, block, inputs / block, block]);
  return reshape(transpose(parts, [0, 2, 3, 1]), [outputs, inputs, 1, 1]);
}

/** [channels, 1, 3, 3] as the operator wants it: [channels / block, 9, channels in it]. */
function blockedTaps(kernel: Value, block: number): Value {
  const channels = Number(kernel.shape[0]);
  return reshape(transpose(reshape(kernel, [channels / block, block, 9]), [0, 2, 1]), kernel.shape);
}

/** Blocked taps in the opposite order, as the way back needs them. */
function turned(taps: Value, block: number): Value {
  const inBlocks = reshape(taps, [Number(taps.shape[0]) / block, 9, block]);
  return reshape(take(inBlocks, 1, [8, 7, 6, 5, 4, 3, 2, 1, 0]), taps.shape);
}

/** A blocked map as a plain one with channels last, [N, S, S, C]. */
function channelsLast(x: Value, block: number): Value {
  if (block === 1) return transpose(x, [0, 2, 3, 1]);
  const [frames, channels, side] = sizesOf(x);
  return addNode('ReorderOutput', {
    inputs: [x],
    outputs: [{ dtype: x.dtype, shape: [frames, side, side, channels] }],
    attributes: {
      channels: { kind: 'integer', value: channels },
      channels_last: { kind: 'integer', value: 1 },
    },
    domain: DOMAIN,
  })[0]!;
}

/**
 * Of two blocked maps the products of each channel with each, summed over frames and pixels: [N, O, S, S] and
 * [N, I, S, S] -> [O, I].
 */
function productOverPixels(a: Value, b: Value, block: number): Value {
  const [frames, outputs, side] = sizesOf(a);
  const inputs = sizesOf(b)[1];
  const pixels = side * side;
  if (pixels < MANY_PIXELS) {
    const rows = (map: Value, channels: number) =>
      reshape(channelsLast(map, block), [frames * pixels, channels]);
    return gemm(rows(a, outputs), rows(b, inputs), { transposeA: true });
  }
  const plane = (map: Value, channels: number) =>
    reshape(fromBlocks(map, channels, block), [frames, channels, pixels]);
  const ofFrames = matmul(plane(a, outputs), transpose(plane(b, inputs), [0, 2, 1]));
  return reshape(sum(ofFrames, [0]), [outputs, inputs]);
}

/**
 * From here on a product a frame, summed afterwards, is faster than one over all frames: large maps have few
 * channels, and onnxruntime's product with channels last reaches only half its speed on these.
 */
const MANY_PIXELS = 16 * 16;

/** A blocked map's sums over frames and pixels, [channels]. */
function channelSums(x: Value, block: number): Value {
  const [frames, channels, side] = sizesOf(x);
  const outputs = [{ dtype: x.dtype, shape: [frames, channels, 1, 1] }];
  const domain = block === 1 ? '' : DOMAIN;
  const means = addNode('GlobalAveragePool', { inputs: [x], outputs, domain })[0]!;
  const sums = multiply(sum(reshape(means, [frames, channels]), [0]), scalar(x, side * side));
  return reshape(sums, [channels]);
}
