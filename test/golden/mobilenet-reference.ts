import {
  type ConvolutionLayer,
  type MobileNet,
  middleBlock,
  mobileNetBlocks,
} from '../../src/encoder/mobilenet.js';
import { requireTensor, type Weights } from '../../src/tensors/tensor.js';

/** A square feature map in float64, values at [row][column][channel]. */
type FeatureMap = number[][][];

/**
 * Features and statistics of one frame, uint8 RGB [size, size, 3], computed in float64 straight from the papers'
 * definitions: every sum is written out, nothing is shared with an engine but the table of blocks.
 */
export function mobileNetReference(network: MobileNet, weights: Weights, frame: Uint8Array): number[] {
  const size = network.inputSize;
  let map: FeatureMap = square(size, (row, column) =>
    [0, 1, 2].map((channel) => frame[(row * size + column) * 3 + channel]! / 127.5 - 1),
  );
  let statistics: number[] = [];
  for (const [index, block] of mobileNetBlocks(network).entries()) {
    const output = block.layers.reduce((input, layer) => convolve(input, layer, weights), map);
    map = block.residual ? sum(map, output) : output;
    if (network.hasStatistics && index === middleBlock(network)) statistics = statisticsOf(map);
  }
  return [...pool(map, network.pooling.kind === 'grid' ? network.pooling.n : 1), ...statistics];
}

/** Each channel's mean, then each one's standard deviation. */
function statisticsOf(map: FeatureMap): number[] {
  const channels = map[0]![0]!.map((_, channel) => map.flat().map((pixel) => pixel[channel]!));
  const deviation = (values: readonly number[]) =>
    Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
  return [...channels.map(mean), ...channels.map(deviation)];
}

/** Convolution with TensorFlow's SAME padding: ceil(side / stride) outputs, an odd zero row at the end. */
function convolve(input: FeatureMap, layer: ConvolutionLayer, weights: Weights): FeatureMap {
  const { kernelSize, stride, outputs } = layer;
  const kernel = requireTensor(weights, `${layer.name}.kernel`).data;
  const bias = requireTensor(weights, `${layer.name}.bias`).data;
  const outputSide = Math.ceil(input.length / stride);
  const before = Math.floor(Math.max(0, (outputSide - 1) * stride + kernelSize - input.length) / 2);
  return square(outputSide, (row, column) => {
    const corner = { row: row * stride - before, column: column * stride - before };
    const window = windowAt(input, corner, kernelSize);
    return Array.from({ length: outputs }, (_, output) => {
      const terms = kernel.length / outputs;
      const windowStart = layer.kind === 'depthwise' ? output * terms : 0;
      let total = bias[output]!;
      for (let i = 0; i < terms; i++) total += window[windowStart + i]! * kernel[output * terms + i]!;
      return layer.activation === 'relu6' ? Math.min(Math.max(total, 0), 6) : total;
    });
  });
}

/** The values that a kernel covers, in a kernel's order [channel][row][column], zero outside the map. */
function windowAt(input: FeatureMap, corner: { row: number; column: number }, size: number): Float64Array {
  const channels = input[0]![0]!.length;
  const window = new Float64Array(channels * size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const pixel = input[corner.row + i]?.[corner.column + j] ?? [];
      for (let channel = 0; channel < pixel.length; channel++) {
        window[(channel * size + i) * size + j] = pixel[channel]!;
      }
    }
  }
  return window;
}

/** Means over n x n cells in row-major order; neighbours share the rows and columns that n does not divide. */
function pool(map: FeatureMap, n: number): number[] {
  const side = map.length;
  const span = (cell: number) => [Math.floor((cell * side) / n), Math.ceil(((cell + 1) * side) / n)] as const;
  return square(n, (cellRow, cellColumn) => {
    const pixels = map.slice(...span(cellRow)).flatMap((row) => row.slice(...span(cellColumn)));
    return pixels[0]!.map((_, channel) => mean(pixels.map((pixel) => pixel[channel]!)));
  }).flat(2);
}

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

const sum = (a: FeatureMap, b: FeatureMap): FeatureMap =>
  square(a.length, (row, column) =>
    a[row]![column]!.map((value, channel) => value + b[row]![column]![channel]!),
  );

function square(side: number, pixel: (row: number, column: number) => number[]): FeatureMap {
  return Array.from({ length: side }, (_, row) =>
    Array.from({ length: side }, (_, column) => pixel(row, column)),
  );
}
