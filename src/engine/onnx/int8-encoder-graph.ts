import { type ConvolutionLayer, type MobileNet, mobileNetBlocks, sumName } from '../../encoder/mobilenet.js';
import { type Levels, levelsOf, PIXEL_LEVELS, PIXEL_SHIFT } from '../../encoder/quantization.js';
import { requireTensor, type Weights } from '../../tensors/tensor.js';
import { pool } from './encoder-graph.js';
import { constant, createGraph, type Graph, input, output, type Value } from './graph.js';
import { convolution } from './ops/convolution.js';
import { add } from './ops/elementwise.js';
import { dequantize, dequantizeSlices, quantize } from './ops/quantize.js';
import { transpose } from './ops/shape.js';

/** A feature map that was taken from its levels: float32, for onnxruntime to see that it was bytes. */
interface LevelledMap extends Levels {
  readonly value: Value;
}

/**
 * The whole encoder in int8: input and output as of encoderGraph. Every map between convolutions goes to bytes
 * and back; around a convolution onnxruntime takes these steps for what they are and computes in int8
 * (QLinearConv). ReLU6 needs no step of its own: the levels of its map end at 0 and at 6, or before.
 *
 * @param weights as quantizeWeights makes them.
 */
export function int8EncoderGraph(network: MobileNet, weights: Weights): Graph {
  const graph = createGraph(network.architecture);
  const size = network.inputSize;
  const frames = input(graph, { name: 'frames', dtype: 'uint8', shape: ['frames', size, size, 3] });
  const throughBytes = (value: Value, map: string): LevelledMap => {
    const { data } = requireTensor(weights, `${map}.range`, [2]);
    const levels = levelsOf([data[0]!, data[1]!]);
    return { value: dequantize(quantize(value, levels), levels), ...levels };
  };
  let x: LevelledMap = {
    value: dequantize(transpose(frames, [0, 3, 1, 2]), PIXEL_LEVELS),
    ...PIXEL_LEVELS,
  };
  let shift = PIXEL_SHIFT;
  for (const [index, block] of mobileNetBlocks(network).entries()) {
    let y = x;
    for (const layer of block.layers) {
      y = throughBytes(layerOutput(y, { layer, weights, shift }), layer.name);
      shift = 0;
    }
    x = block.residual ? throughBytes(add(x.value, y.value), sumName(index)) : y;
  }
  output('features', pool(x.value, network));
  return graph;
}

/** @param options.shift What has to be added to every value of x. */
function layerOutput(
  x: LevelledMap,
  { layer, weights, shift }: { layer: ConvolutionLayer; weights: Weights; shift: number },
): Value {
  const { graph } = x.value;
  const { name, kind, outputs, stride, padding } = layer;
  const kernel = requireTensor(weights, `${name}.kernel`);
  const bias = requireTensor(weights, `${name}.bias`).data;
  const scales = requireTensor(weights, `${name}.scale`, [outputs]).data;
  const biasScales = scales.map((scale) => scale * x.scale);
  const perOutput = kernel.data.length / outputs;
  const biasSteps = Int32Array.from(bias, (value, index) => {
    const sum = kernel.data.subarray(index * perOutput, (index + 1) * perOutput).reduce((a, b) => a + b, 0);
    return Math.round((value + shift * sum * scales[index]!) / biasScales[index]!);
  });
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
