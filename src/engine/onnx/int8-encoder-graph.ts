import {
  type ConvolutionLayer,
  int8Layers,
  int8Maps,
  type MobileNet,
  mobileNetBlocks,
  sumName,
} from '../../encoder/mobilenet.js';
import { levelsOf } from '../../encoder/quantization.js';
import { requireTensor, type Weights } from '../../tensors/tensor.js';
import { layerOutput, normalize, pool } from './encoder-graph.js';
import { constant, createGraph, type Graph, input, output, type Value } from './graph.js';
import { convolution } from './ops/convolution.js';
import { add } from './ops/elementwise.js';
import { dequantize, dequantizeSlices, quantize } from './ops/quantize.js';

/** A feature map, float32, and the value of a step where it was taken from bytes, for onnxruntime to see that it was. */
interface FeatureMap {
  readonly value: Value;
  /** 0 for a map that never was in bytes. */
  readonly scale: number;
}

/**
 * The whole encoder in int8: input and output as of encoderGraph. Every map of int8Maps goes to bytes and back;
 * around a convolution onnxruntime takes these steps for what they are and computes in int8 (QLinearConv). ReLU6
 * needs no step of its own there: the levels of its map end at 0 and at 6, or before.
 *
 * @param weights as quantizeWeights makes them.
 */
export function int8EncoderGraph(network: MobileNet, weights: Weights): Graph {
  const graph = createGraph(network.architecture);
  const size = network.inputSize;
  const frames = input(graph, { name: 'frames', dtype: 'uint8', shape: ['frames', size, size, 3] });
  const weight = (name: string) => constant(graph, { name, ...requireTensor(weights, name) });
  const isInt8 = new Set(int8Layers(network).map(({ name }) => name));
  const isInBytes = new Set(int8Maps(network));
  const asMap = (value: Value, name: string): FeatureMap =>
    isInBytes.has(name)
      ? throughBytes(value, requireTensor(weights, `${name}.range`, [2]).data)
      : { value, scale: 0 };
  let x: FeatureMap = { value: normalize(frames), scale: 0 };
  for (const [index, block] of mobileNetBlocks(network).entries()) {
    let y = x;
    for (const layer of block.layers) {
      const outputs = isInt8.has(layer.name)
        ? int8LayerOutput(y, layer, weights)
        : layerOutput(y.value, layer, weight);
      y = asMap(outputs, layer.name);
    }
    x = block.residual ? asMap(add(x.value, y.value), sumName(index)) : y;
  }
  output('features', pool(x.value, network));
  return graph;
}

function throughBytes(value: Value, range: Float32Array): FeatureMap {
  const levels = levelsOf([range[0]!, range[1]!]);
  return { value: dequantize(quantize(value, levels), levels), scale: levels.scale };
}

/** @param x in bytes. */
function int8LayerOutput(x: FeatureMap, layer: ConvolutionLayer, weights: Weights): Value {
  const { graph } = x.value;
  const { name, kind, outputs, stride, padding } = layer;
  const kernel = requireTensor(weights, `${name}.kernel`);
  const bias = requireTensor(weights, `${name}.bias`).data;
  const scales = requireTensor(weights, `${name}.scale`, [outputs]).data;
  const biasScales = scales.map((scale) => scale * x.scale);
  const biasSteps = Int32Array.from(bias, (value, index) => Math.round(value / biasScales[index]!));
  return convolution(x.value, {
    kernel: dequantizeSlices(
      constant(graph, { name: `${name}.kernel`, shape: kernel.shape, data: Int8Array.from(kernel.data) }),
      scales,
    ),
    bias: dequantizeSlices(
      constant(graph, { name: `${name}.bias`, shape: [outputs], data: biasSteps }),
      biasScales,
    ),
    stride,
    groups: kind === 'depthwise' ? layer.inputs : 1,
    padding,
  });
}
