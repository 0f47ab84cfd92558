import { type ConvolutionLayer, type MobileNet, mobileNetBlocks } from '../../../encoder/mobilenet.js';
import { requireTensor, type Tensor, type Weights } from '../../../tensors/tensor.js';
import type { EngineOptions } from '../../engine.js';
import { layerOutput, normalize } from '../encoder-graph.js';
import { constant, createGraph, type Graph, input, output, type Value } from '../graph.js';
import { add, clip, divide, isPositive, multiply, scalar, squareRoot, subtract } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { SessionPool } from '../threads/session-pool.js';

/**
 * A channel that varies less than this over the frames says nothing about them, and a deviation of 1 would
 * make it loud: it is only shifted.
 */
const SMALLEST_DEVIATION = 1e-4;

/** See TrainingOperations.calibrate; computed in a thread of its own. */
export async function calibrate(
  engine: EngineOptions,
  { network, weights, frames }: { network: MobileNet; weights: Weights; frames: Uint8Array },
): Promise<Weights> {
  const size = network.inputSize;
  const count = frames.length / (size * size * 3);
  const threads = new SessionPool(engine);
  try {
    const session = await threads.elsewhere.alone(calibrationGraph(network, weights, count));
    const moments = await session.run({ frames: { data: frames, shape: [count, size, size, 3] } });
    const layers = mobileNetBlocks(network).flatMap((block) => block.layers);
    const scaled = layers.flatMap((layer) => {
      const [means, scales] = [moments[`${layer.name}.mean`]!, moments[`${layer.name}.scale`]!];
      return scaledWeights(layer, weights, { means, scales });
    });
    return new Map([...weights, ...scaled]);
  } finally {
    await threads.release();
  }
}

/** Input `frames`; outputs `<layer>.mean` and `<layer>.scale`, [1, outputs, 1, 1], given all layers before. */
function calibrationGraph(network: MobileNet, weights: Weights, frames: number): Graph {
  const graph = createGraph('calibrate');
  const size = network.inputSize;
  const weight = (name: string) => constant(graph, { name, ...requireTensor(weights, name) });
  let x = normalize(input(graph, { name: 'frames', dtype: 'uint8', shape: [frames, size, size, 3] }));
  for (const block of mobileNetBlocks(network)) {
    const y = block.layers.reduce((map, layer) => calibratedOutput(map, layer, weight), x);
    x = block.residual ? add(x, y) : y;
  }
  return graph;
}

function calibratedOutput(x: Value, layer: ConvolutionLayer, weight: (name: string) => Value): Value {
  const z = layerOutput(x, { ...layer, activation: 'linear' }, weight);
  const mean = channelMeans(z);
  const centred = subtract(z, mean);
  const deviation = squareRoot(channelMeans(multiply(centred, centred)));
  const varies = isPositive(subtract(deviation, scalar(x, SMALLEST_DEVIATION)));
  const divisor = add(multiply(varies, subtract(deviation, scalar(x, 1))), scalar(x, 1));
  const scale = divide(scalar(x, 1), divisor);
  output(`${layer.name}.mean`, mean);
  output(`${layer.name}.scale`, scale);
  const normalized = multiply(centred, scale);
  return layer.activation === 'relu6' ? clip(normalized, 0, 6) : normalized;
}

/** [N, C, S, S] -> [1, C, 1, 1] */
function channelMeans(x: Value): Value {
  const [frames, , height, width] = x.shape.map(Number) as [number, number, number, number];
  return multiply(sum(x, [0, 2, 3]), scalar(x, 1 / (frames * height * width)));
}

function scaledWeights(
  layer: ConvolutionLayer,
  weights: Weights,
  { means, scales }: { means: Float32Array; scales: Float32Array },
): Array<[string, Tensor]> {
  const [kernelName, biasName] = [`${layer.name}.kernel`, `${layer.name}.bias`];
  const kernel = requireTensor(weights, kernelName);
  const bias = requireTensor(weights, biasName);
  const perOutput = kernel.data.length / layer.outputs;
  const scaledKernel = kernel.data.map((value, index) => value * scales[Math.floor(index / perOutput)]!);
  const scaledBias = bias.data.map((value, index) => (value - means[index]!) * scales[index]!);
  return [
    [kernelName, { shape: kernel.shape, data: scaledKernel }],
    [biasName, { shape: bias.shape, data: scaledBias }],
  ];
}
