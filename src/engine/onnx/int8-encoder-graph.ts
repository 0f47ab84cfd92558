import { int8Layers, int8Maps, sumName } from '../../encoder/int8-layers.js';
import {
  type ConvolutionLayer,
  type MobileNet,
  middleBlock,
  mobileNetBlocks,
} from '../../encoder/mobilenet.js';
import { levelsOf } from '../../encoder/quantization.js';
import { requireTensor, type Weights } from '../../tensors/tensor.js';
import { layerOutput, normalize, pool, statisticsOf } from './encoder-graph.js';
import { constant, createGraph, type Graph, input, output, type Value } from './graph.js';
import { convolution } from './ops/convolution.js';
import { add } from './ops/elementwise.js';
import { matmul } from './ops/matrix.js';
import { dequantize, dequantizeSlices, quantize } from './ops/quantize-linear.js';
import { concatenate, transpose } from './ops/shape.js';

/** A feature map. */
interface FeatureMap {
  /** float32, as it was computed. */
  readonly value: Value;
  /** float32 that was taken from bytes, for onnxruntime to see that it was; `value` where the map is in none. */
  readonly asRead: Value;
  /** The value of a step between bytes; 0 without bytes. */
  readonly scale: number;
}

/**
 * The whole encoder in int8: input and output as of encoderGraph. Every map of int8Maps goes to bytes and back for
 * the layer that reads it; around a convolution onnxruntime takes these steps for what they are and computes in int8
 * (QLinearConv). ReLU6 needs no step of its own there: the levels of its map end at 0 and at 6, or before. Linear
 * layers multiply in int8, too, and give float32 (MatMulIntegerToFloat), so that residual blocks add what was never
 * rounded, and the errors of one are not handed on to all that follow.
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
      : { value, asRead: value, scale: 0 };
  let statistics: readonly Value[] = [];
  let x: FeatureMap = asMap(normalize(frames), 'frames');
  for (const [index, block] of mobileNetBlocks(network).entries()) {
    let y = x;
    for (const layer of block.layers) {
      const outputs = isInt8.has(layer.name)
        ? int8LayerOutput(y, layer, weights)
        : layerOutput(y.value, layer, weight);
      y = asMap(outputs, layer.name);
    }
    x = block.residual ? asMap(add(x.value, y.value), sumName(index)) : y;
    if (network.hasStatistics && index === middleBlock(network)) statistics = [statisticsOf(x.asRead)];
  }
  output('features', concatenate([pool(x.asRead, network), ...statistics], 1));
  return graph;
}

function throughBytes(value: Value, range: Float32Array): FeatureMap {
  const levels = levelsOf([range[0]!, range[1]!]);
  return { value, asRead: dequantize(quantize(value, levels), levels), scale: levels.scale };
}

/** @param x in bytes. */
function int8LayerOutput(x: FeatureMap, layer: ConvolutionLayer, weights: Weights): Value {
  switch (layer.activation) {
    case 'relu6':
      return int8Convolution(x, layer, weights);
    case 'linear':
      return int8Product(x.asRead, layer, weights);
  }
}

/** float32, for bytes to be made of. */
function int8Convolution(x: FeatureMap, layer: ConvolutionLayer, weights: Weights): Value {
  const { graph } = x.value;
  const { name, kind, outputs, stride, padding } = layer;
  const kernel = requireTensor(weights, `${name}.kernel`);
  const bias = requireTensor(weights, `${name}.bias`).data;
  const scales = requireTensor(weights, `${name}.scale`, [outputs]).data;
  const biasScales = scales.map((scale) => scale * x.scale);
  const biasSteps = Int32Array.from(bias, (value, index) => Math.round(value / biasScales[index]!));
  return convolution(x.asRead, {
    kernel: dequantizeSlices(
      constant(graph, { name: `${name}.kernel`, shape: kernel.shape, data: new Int8Array(kernel.data) }),
      { scales, axis: 0 },
    ),
    bias: dequantizeSlices(constant(graph, { name: `${name}.bias`, shape: [outputs], data: biasSteps }), {
      scales: biasScales,
      axis: 0,
    }),
    stride,
    groups: kind === 'depthwise' ? layer.inputs : 1,
    padding,
  });
}

/** A pointwise layer as a product of matrices, channels last. */
function int8Product(x: Value, { name, inputs, outputs }: ConvolutionLayer, weights: Weights): Value {
  const { graph } = x;
  const kernel = requireTensor(weights, `${name}.kernel`).data;
  const data = new Int8Array(kernel.length);
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      data[input * outputs + output] = kernel[output * inputs + input]!;
    }
  }
  const scales = requireTensor(weights, `${name}.scale`, [outputs]).data;
  const matrix = constant(graph, { name: `${name}.kernel`, shape: [inputs, outputs], data });
  const products = matmul(transpose(x, [0, 2, 3, 1]), dequantizeSlices(matrix, { scales, axis: 1 }));
  const bias = constant(graph, {
    name: `${name}.bias`,
    ...requireTensor(weights, `${name}.bias`, [outputs]),
  });
  return transpose(add(products, bias), [0, 3, 1, 2]);
}
