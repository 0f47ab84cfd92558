import { elementCount } from '../tensors/tensor.js';

/** The networks that there are; what goes by the architecture is in a table over this list. */
export const ARCHITECTURES = ['mobilenet-v1', 'mobilenet-v2'] as const;

export type Architecture = (typeof ARCHITECTURES)[number];

/**
 * A MobileNet without its classifier: RGB frames [N, size, size, 3] uint8 -> features and statistics [N, encodedWidth].
 * v1: Howard et al. 2017, arXiv 1704.04861. v2: Sandler et al. 2018, arXiv 1801.04381.
 * Batch norm is folded into each convolution's kernel and bias.
 */
export interface MobileNet {
  readonly architecture: Architecture;
  /** Width multiplier. */
  readonly alpha: number;
  /** Side of the square input in pixels. */
  readonly inputSize: number;
  /** Only so many blocks, the stem being the first; all when absent. */
  readonly blocks?: number | undefined;
  /** Mean over the last feature map: whole (`global`), or over each of n x n cells, so that position survives. */
  readonly pooling: Pooling;
  /** Whether it also gives statistics of a map in its middle, see statisticsCount. */
  readonly hasStatistics?: true | undefined;
  /** Convolutions in 8 bits, by the parameters that quantization.ts makes; in float32 when absent. */
  readonly precision?: 'int8' | undefined;
}

export type Pooling = { readonly kind: 'global' } | { readonly kind: 'grid'; readonly n: number };

/** One convolution with bias and activation. Kernels are [outputs, inputs / groups, height, width]. */
export interface ConvolutionLayer {
  /** `full`: all inputs to all outputs. `depthwise`: each channel on its own. `pointwise`: 1x1. */
  readonly kind: 'full' | 'depthwise' | 'pointwise';
  /** Prefix of its parameters `<name>.kernel` and `<name>.bias`. */
  readonly name: string;
  readonly kernelSize: 1 | 3;
  readonly stride: 1 | 2;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: 'relu6' | 'linear';
  /** Side of the square feature map that it reads, in pixels. */
  readonly inputSide: number;
  readonly outputSide: number;
  /** Zero rows (columns) before and after: TensorFlow's SAME, which puts an odd one after. */
  readonly padding: { readonly before: number; readonly after: number };
}

/** Layers in a row; with `residual`, the block's input is added to its output. */
export interface Block {
  readonly layers: readonly ConvolutionLayer[];
  readonly residual: boolean;
}

/** Table 1 of the v1 paper: [outputs, stride] of each depthwise-separable block, at alpha 1. */
const V1_BLOCKS = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;

/** Table 2 of the v2 paper: [expansion, outputs, repeats, stride of the first], at alpha 1. */
const V2_STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

const STEM_CHANNELS = 32;
const V2_LAST_CHANNELS = 1280;

/**
 * The network as a table of blocks in the order of the data; block 0 is the stem. This is the one
 * description of the architecture: each engine interprets it.
 */
export function mobileNetBlocks(network: MobileNet): Block[] {
  return BLOCKS[network.architecture](network).slice(0, network.blocks);
}

const BLOCKS: Readonly<Record<Architecture, (network: MobileNet) => Block[]>> = {
  'mobilenet-v1': v1Blocks,
  'mobilenet-v2': v2Blocks,
};

/** Side of the last feature map, in cells. */
export function featureMapSide(network: MobileNet): number {
  return lastLayer(network).outputSide;
}

/** Length of a frame's embedding: the last layer's channels, times the cells of the grid. */
export function featureCount(network: MobileNet): number {
  const cells = network.pooling.kind === 'grid' ? network.pooling.n ** 2 : 1;
  return lastLayer(network).outputs * cells;
}

/**
 * The block whose output's statistics a network gives: what a picture is like shows best in the middle, where maps are still
 * large and no longer the picture itself. Of the motion model's 14 blocks, the sixth to the eleventh told clips of another
 * kind about equally well, the last ones did not.
 */
export const middleBlock = (network: MobileNet): number =>
  Math.round(0.6 * (mobileNetBlocks(network).length - 1));

/** Statistics of a frame: each channel's mean over positions, then each one's standard deviation. 0 where it gives none. */
export function statisticsCount(network: MobileNet): number {
  if (!network.hasStatistics) return 0;
  return 2 * mobileNetBlocks(network)[middleBlock(network)]!.layers.at(-1)!.outputs;
}

/** The same network without its statistics. */
export const featuresAlone = (network: MobileNet): MobileNet => ({ ...network, hasStatistics: undefined });

/** What an encoder gives of a frame: its features, then its statistics. */
export const encodedWidth = (network: MobileNet): number => featureCount(network) + statisticsCount(network);

/** Values that one frame's forward pass makes: every layer's output, before and after its activation. */
export function activationCount(network: MobileNet): number {
  const layers = mobileNetBlocks(network).flatMap((block) => block.layers);
  return layers.reduce((sum, layer) => sum + 2 * layer.outputs * layer.outputSide ** 2, 0);
}

export function kernelShape(layer: ConvolutionLayer): [number, number, number, number] {
  const inputsPerGroup = layer.kind === 'depthwise' ? 1 : layer.inputs;
  return [layer.outputs, inputsPerGroup, layer.kernelSize, layer.kernelSize];
}

/** Inputs that one output value sums over. */
export function fanIn(layer: ConvolutionLayer): number {
  return elementCount(kernelShape(layer)) / layer.outputs;
}

/**
 * Mean pooling as a matrix [cells, side x side] to multiply a flattened feature map with. Cell i of n
 * covers rows floor(i side / n) to ceil((i + 1) side / n), columns likewise, so that any side fits any n;
 * the cells are in row-major order, and a frame's features are [cell, channel] flattened.
 */
export function poolingMatrix(network: MobileNet): { cells: number; positions: number; data: Float32Array } {
  const side = featureMapSide(network);
  const n = network.pooling.kind === 'grid' ? network.pooling.n : 1;
  const data = new Float32Array(n * n * side * side);
  const spans = Array.from({ length: n }, (_, i) => ({
    start: Math.floor((i * side) / n),
    end: Math.ceil(((i + 1) * side) / n),
  }));
  spans.forEach((rows, cellRow) => {
    spans.forEach((columns, cellColumn) => {
      const share = 1 / ((rows.end - rows.start) * (columns.end - columns.start));
      const offset = (cellRow * n + cellColumn) * side * side;
      for (let row = rows.start; row < rows.end; row++) {
        data.fill(share, offset + row * side + columns.start, offset + row * side + columns.end);
      }
    });
  });
  return { cells: n * n, positions: side * side, data };
}

function v1Blocks(network: MobileNet): Block[] {
  const channels = (count: number) => Math.max(8, Math.floor(count * network.alpha));
  const table = new TableWriter(network.inputSize);
  const blocks: Block[] = [
    {
      layers: [table.layer('full', 'stem', { outputs: channels(STEM_CHANNELS), stride: 2 })],
      residual: false,
    },
  ];
  V1_BLOCKS.forEach(([outputs, stride], index) => {
    const name = `block${index + 1}`;
    const depthwise = table.layer('depthwise', `${name}.depthwise`, { stride });
    const pointwise = table.layer('pointwise', `${name}.pointwise`, { outputs: channels(outputs) });
    blocks.push({ layers: [depthwise, pointwise], residual: false });
  });
  return blocks;
}

function v2Blocks(network: MobileNet): Block[] {
  const channels = (count: number) => divisibleBy8(count * network.alpha);
  const table = new TableWriter(network.inputSize);
  const blocks: Block[] = [
    {
      layers: [table.layer('full', 'stem', { outputs: channels(STEM_CHANNELS), stride: 2 })],
      residual: false,
    },
  ];
  for (const [expansion, outputs, repeats, firstStride] of V2_STAGES) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const name = `block${blocks.length}`;
      const stride = repeat === 0 ? firstStride : 1;
      const inputs = table.channels;
      const layers: ConvolutionLayer[] = [];
      if (expansion > 1) {
        layers.push(table.layer('pointwise', `${name}.expand`, { outputs: inputs * expansion }));
      }
      layers.push(table.layer('depthwise', `${name}.depthwise`, { stride }));
      layers.push(
        table.layer('pointwise', `${name}.project`, { outputs: channels(outputs), activation: 'linear' }),
      );
      blocks.push({ layers, residual: stride === 1 && inputs === channels(outputs) });
    }
  }
  const last = network.alpha > 1 ? channels(V2_LAST_CHANNELS) : V2_LAST_CHANNELS;
  blocks.push({ layers: [table.layer('pointwise', 'last', { outputs: last })], residual: false });
  return blocks;
}

/** Nearest multiple of 8, at least 8 and never more than a tenth below (as the v2 authors' code rounds). */
function divisibleBy8(count: number): number {
  const rounded = Math.max(8, Math.floor((count + 4) / 8) * 8);
  return rounded < 0.9 * count ? rounded + 8 : rounded;
}

/** Follows the feature map's side and channels from layer to layer while the table is written. */
class TableWriter {
  channels = 3;
  #side: number;

  constructor(inputSize: number) {
    this.#side = inputSize;
  }

  layer(
    kind: ConvolutionLayer['kind'],
    name: string,
    options: { outputs?: number | undefined; stride?: 1 | 2; activation?: 'relu6' | 'linear' | undefined },
  ): ConvolutionLayer {
    const kernelSize = kind === 'pointwise' ? 1 : 3;
    const stride = options.stride ?? 1;
    const inputSide = this.#side;
    const outputSide = Math.ceil(inputSide / stride);
    const total = Math.max(0, (outputSide - 1) * stride + kernelSize - inputSide);
    const before = Math.floor(total / 2);
    const inputs = this.channels;
    const outputs = options.outputs ?? inputs;
    this.#side = outputSide;
    this.channels = outputs;
    return {
      kind,
      name,
      kernelSize,
      stride,
      inputs,
      outputs,
      activation: options.activation ?? 'relu6',
      inputSide,
      outputSide,
      padding: { before, after: total - before },
    };
  }
}

function lastLayer(network: MobileNet): ConvolutionLayer {
  return mobileNetBlocks(network).at(-1)!.layers.at(-1)!;
}
