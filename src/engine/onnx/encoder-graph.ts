import { int8Layers, int8Maps, mapsRead, sumName } from '../../encoder/int8-layers.js';
import {
  type ConvolutionLayer,
  type MobileNet,
  middleBlock,
  mobileNetBlocks,
  poolingMatrix,
} from '../../encoder/mobilenet.js';
import { requireTensor, type Weights } from '../../tensors/tensor.js';
import { constant, createGraph, type Graph, input, output, type Value } from './graph.js';
import { convolution } from './ops/convolution.js';
import { add, cast, clip, multiply, scalar, squareRoot, subtract } from './ops/elementwise.js';
import { matmul } from './ops/matrix.js';
import { concatenate, reshape, transpose } from './ops/shape.js';

/**
 * The whole encoder: input `frames` uint8 [frames, size, size, 3], output `features` float32 [frames,
 * encodedWidth].
 */
export function encoderGraph(network: MobileNet, weights: Weights): Graph {
  const maps = mobileNetMaps(network, weights);
  const last = [...maps.values()].at(-1)!;
  const features = pool(last, network);
  const middle = maps.get(blockOutput(network, middleBlock(network)))!;
  output('features', network.hasStatistics ? concatenate([features, statisticsOf(middle)], 1) : features);
  return last.graph;
}

/** Name of the map that a block gives. */
export function blockOutput(network: MobileNet, index: number): string {
  const { layers, residual } = mobileNetBlocks(network)[index]!;
  return residual ? sumName(index) : layers.at(-1)!.name;
}

/** float32 [frames, channels, side, side] -> [frames, 2 x channels]: means over positions, then standard deviations. */
export function statisticsOf(map: Value): Value {
  const [frames, channels, height, width] = map.shape as [string, number, number, number];
  const positions = height * width;
  const share = constant(map.graph, {
    name: 'share',
    shape: [positions, 1],
    data: new Float32Array(positions).fill(1 / positions),
  });
  const rows = reshape(map, [frames, channels, positions]);
  const mean = matmul(rows, share);
  const centred = subtract(rows, mean);
  const deviation = squareRoot(matmul(multiply(centred, centred), share));
  return reshape(concatenate([mean, deviation], 1), [frames, 2 * channels]);
}

/**
 * As encoderGraph, but its outputs are the maps of int8Maps in float32, [frames, channels, side, side], and of those
 * that a pointwise layer in int8 reads `<map>.products` [frames, channels, channels]: the products of each two
 * channels, summed over positions.
 */
export function featureMapsGraph(network: MobileNet, weights: Weights): Graph {
  const maps = mobileNetMaps(network, weights);
  for (const name of int8Maps(network)) output(name, maps.get(name)!);
  for (const name of mapsOfPointwiseLayers(network)) output(productsName(name), products(maps.get(name)!));
  return [...maps.values()][0]!.graph;
}

/** The output of featureMapsGraph that has a map's products. */
export const productsName = (map: string): string => `${map}.products`;

function mapsOfPointwiseLayers(network: MobileNet): Set<string> {
  const reads = mapsRead(network);
  const pointwise = int8Layers(network).filter(({ kind }) => kind === 'pointwise');
  return new Set(pointwise.map(({ name }) => reads.get(name)!));
}

function products(map: Value): Value {
  // Maps of mobileNetMaps have no other shape.
  const [batch, channels, height, width] = map.shape as [string, number, number, number];
  const rows = reshape(map, [batch, channels, height * width]);
  return matmul(rows, transpose(rows, [0, 2, 1]));
}

/** A graph of all maps between convolutions, by name, in their order. */
function mobileNetMaps(network: MobileNet, weights: Weights): Map<string, Value> {
  const graph = createGraph(network.architecture);
  const size = network.inputSize;
  const frames = input(graph, { name: 'frames', dtype: 'uint8', shape: ['frames', size, size, 3] });
  const weight = (name: string) => constant(graph, { name, ...requireTensor(weights, name) });
  const maps = new Map<string, Value>();
  let x = normalize(frames);
  for (const [index, block] of mobileNetBlocks(network).entries()) {
    let y = x;
    for (const layer of block.layers) {
      y = layerOutput(y, layer, weight);
      maps.set(layer.name, y);
    }
    if (block.residual) maps.set(sumName(index), add(x, y));
    x = block.residual ? maps.get(sumName(index))! : y;
  }
  return maps;
}

/** Bytes to [-1, 1], channels first. */
export function normalize(frames: Value): Value {
  const channelsFirst = cast(transpose(frames, [0, 3, 1, 2]), 'float32');
  return subtract(multiply(channelsFirst, scalar(frames, 1 / 127.5)), scalar(frames, 1));
}

/** A convolution with bias and activation: [N, inputs, side, side] -> [N, outputs, side', side']. */
export function layerOutput(x: Value, layer: ConvolutionLayer, weight: (name: string) => Value): Value {
  const y = convolution(x, {
    kernel: weight(`${layer.name}.kernel`),
    bias: weight(`${layer.name}.bias`),
    stride: layer.stride,
    groups: layer.kind === 'depthwise' ? layer.inputs : 1,
    padding: layer.padding,
  });
  return layer.activation === 'relu6' ? clip(y, 0, 6) : y;
}

/** Means of the feature map's cells, [N, channels, side, side] -> [N, cells x channels]. */
export function pool(x: Value, network: MobileNet): Value {
  const { cells, positions, data } = poolingMatrix(network);
  const [batch, channels] = x.shape as [string, number];
  const matrix = transpose(constant(x.graph, { name: 'pooling', shape: [cells, positions], data }), [1, 0]);
  const means = matmul(reshape(x, [batch, channels, positions]), matrix);
  return reshape(transpose(means, [0, 2, 1]), [batch, cells * channels]);
}
