import { requireTensor, type Tensor, type Weights } from '../tensors/tensor.js';
import { int8Layers, int8Maps, mapsRead } from './int8-layers.js';
import { type ConvolutionLayer, fanIn, type MobileNet, mobileNetBlocks } from './mobilenet.js';
import { roundKernel } from './round-kernel.js';

/** The least and the greatest value of a feature map; zero lies between them. */
export type Range = readonly [low: number, high: number];

/** What real frames make of a feature map. */
export interface MapStatistics {
  readonly range: Range;
  /** float32 [channels]: the mean value of each channel. */
  readonly means: Float32Array;
  /** [channels, channels]: how channels go together, of maps that a pointwise layer reads. */
  readonly covariance?: Float64Array | undefined;
}

/** Of the 256 levels of a byte: the value of a step, and the level that stands for 0. */
export interface Levels {
  readonly scale: number;
  /** 0 to 255. */
  readonly zeroPoint: number;
}

/** Kernels have the levels -127..127, so that none is further from 0 on one side. */
const KERNEL_LEVELS = 127;
/** Of 2 ** 31: room for the sum of products that a bias is added to. */
const LARGEST_BIAS = 2 ** 30;

/**
 * The parameters of an encoder in int8: kernels in whole numbers with a scale for each output channel
 * (Jacob et al. 2018, arXiv 1712.05877; a scale a channel as in Krishnamoorthi 2018, arXiv 1806.08342), those of
 * pointwise layers by roundKernel, and biases that make up for what rounding the kernels does to each channel's mean
 * (Nagel et al. 2019, arXiv 1906.04721, section 4.2): on pretrained MobileNets that halves the error of the features.
 *
 * @param weights of the network in float32.
 * @param maps of each of int8Maps.
 */
export function quantizeWeights(
  network: MobileNet,
  weights: Weights,
  maps: ReadonlyMap<string, MapStatistics>,
): Weights {
  const statisticsOf = (map: string | undefined): MapStatistics => {
    const statistics = map && maps.get(map);
    if (!statistics) throw new Error(`There are no statistics of the map ${map}`);
    return statistics;
  };
  const isInt8 = new Set(int8Layers(network).map(({ name }) => name));
  const reads = mapsRead(network);
  const parameters = mobileNetBlocks(network)
    .flatMap(({ layers }) => layers)
    .flatMap((layer) =>
      isInt8.has(layer.name)
        ? quantizeLayer(layer, weights, statisticsOf(reads.get(layer.name)))
        : layerInFloat32(layer, weights),
    );
  const ranges = int8Maps(network).map((map): [string, Tensor] => [
    `${map}.range`,
    { shape: [2], data: Float32Array.from(statisticsOf(map).range) },
  ]);
  return new Map([...parameters, ...ranges]);
}

/** The levels of a map with that range. */
export function levelsOf([low, high]: Range): Levels {
  // A map that is 0 throughout has no width; any scale will do for it.
  const scale = (high - low) / 255 || 1;
  return { scale, zeroPoint: Math.round(0 - low / scale) };
}

function layerInFloat32({ name }: ConvolutionLayer, weights: Weights): Array<[string, Tensor]> {
  return [`${name}.kernel`, `${name}.bias`].map((parameter) => [
    parameter,
    requireTensor(weights, parameter),
  ]);
}

/** @param read The map that the layer reads. */
function quantizeLayer(
  layer: ConvolutionLayer,
  weights: Weights,
  read: MapStatistics,
): Array<[string, Tensor]> {
  const { name, outputs } = layer;
  const kernel = requireTensor(weights, `${name}.kernel`);
  const bias = requireTensor(weights, `${name}.bias`);
  const inputScale = levelsOf(read.range).scale;
  const perOutput = fanIn(layer);
  const scales = Float32Array.from(bias.data, (value, output) => {
    const values = kernel.data.subarray(output * perOutput, (output + 1) * perOutput);
    const largest = values.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    // Biases are added in steps of inputScale x scale, of which 32 bits hold only so many.
    return Math.max(largest / KERNEL_LEVELS, Math.abs(value) / inputScale / LARGEST_BIAS) || 1;
  });
  const scaleOf = (index: number) => scales[Math.floor(index / perOutput)]!;
  const data = read.covariance
    ? roundKernel({ kernel: kernel.data, scales, covariance: read.covariance, largest: KERNEL_LEVELS })
    : kernel.data.map((value, index) => Math.round(value / scaleOf(index)));
  const errors = kernel.data.map((value, index) => data[index]! * scaleOf(index) - value);
  const drifts = meanOutputs(layer, errors, read.means);
  return [
    [`${name}.kernel`, { shape: kernel.shape, data, storage: 'int8' }],
    [`${name}.bias`, { shape: [outputs], data: bias.data.map((value, output) => value - drifts[output]!) }],
    [`${name}.scale`, { shape: [outputs], data: scales }],
  ];
}

/** What a kernel adds to each output channel where every input channel has its mean, away from borders. */
function meanOutputs(layer: ConvolutionLayer, kernel: Float32Array, means: Float32Array): Float32Array {
  const perOutput = fanIn(layer);
  const perInput = layer.kernelSize ** 2;
  const sums = new Float32Array(layer.outputs);
  kernel.forEach((weight, index) => {
    const output = Math.floor(index / perOutput);
    const inputChannel = layer.kind === 'depthwise' ? output : Math.floor((index % perOutput) / perInput);
    sums[output]! += weight * means[inputChannel]!;
  });
  return sums;
}
