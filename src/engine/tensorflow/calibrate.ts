import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  type Block,
  type ConvolutionLayer,
  type MobileNet,
  mobileNetBlocks,
} from '../../encoder/mobilenet.js';
import { requireTensor, type Tensor, type Weights } from '../../tensors/tensor.js';
import { convolve } from './convolution.js';
import { scaleFrames } from './encoder.js';
import type { Tensorflow } from './load.js';
import { layerParameters, release, upload } from './parameter-tensors.js';

/**
 * A channel that varies less than this over the frames says nothing about them, and a deviation of 1 would
 * make it loud: it is only shifted.
 */
const SMALLEST_DEVIATION = 1e-4;

/** See TrainingOperations.calibrate. */
export function calibrate(
  tf: Tensorflow,
  { network, weights, frames }: { network: MobileNet; weights: Weights; frames: Uint8Array },
): Weights {
  const calibrated = new Map(weights);
  const runBlock = (input: Tensor4D, block: Block): Tensor4D =>
    tf.tidy(() => {
      const output = block.layers.reduce(
        (data, layer) => calibrateLayer(tf, layer, { input: data, calibrated }),
        input,
      );
      return block.residual ? tf.add(output, input) : output;
    });
  tf.tidy(() => void mobileNetBlocks(network).reduce(runBlock, scaleFrames(tf, frames, network.inputSize)));
  return calibrated;
}

/** Replaces the layer's weights and returns what it then makes of the input. */
function calibrateLayer(
  tf: Tensorflow,
  layer: ConvolutionLayer,
  { input, calibrated }: { input: Tensor4D; calibrated: Map<string, Tensor> },
): Tensor4D {
  const [kernelName, biasName] = [`${layer.name}.kernel`, `${layer.name}.bias`] as const;
  const values = upload(tf, layerParameters(layer), calibrated);
  const sum = convolve(tf, layer, {
    input,
    // layerParameters gives these two, with these ranks.
    kernel: values.get(kernelName) as Tensor4D,
    bias: values.get(biasName) as Tensor1D,
  });
  release(values);
  const moments = tf.moments(sum, [0, 1, 2]);
  const means = moments.mean.dataSync();
  const deviations = moments.variance.dataSync().map(Math.sqrt);
  const scales = deviations.map((deviation) => (deviation < SMALLEST_DEVIATION ? 1 : 1 / deviation));
  const kernel = requireTensor(calibrated, kernelName);
  const bias = requireTensor(calibrated, biasName);
  const perOutput = kernel.data.length / layer.outputs;
  const scaledKernel = kernel.data.map((value, index) => value * scales[Math.floor(index / perOutput)]!);
  const scaledBias = bias.data.map((value, index) => (value - means[index]!) * scales[index]!);
  calibrated.set(kernelName, { shape: kernel.shape, data: scaledKernel });
  calibrated.set(biasName, { shape: bias.shape, data: scaledBias });
  const normalized: Tensor4D = tf.mul(tf.sub(sum, moments.mean), tf.tensor1d(scales));
  return layer.activation === 'relu6' ? tf.relu6(normalized) : normalized;
}
