import type { Tensor4D } from '@tensorflow/tfjs-core';
import { type MobileNet, mobileNetBlocks } from '../../src/encoder/mobilenet.js';
import { requireTensor, type Weights } from '../../src/tensors/tensor.js';

/** TensorFlow.js with some backend: tfjs-node, or tfjs-core with wasm. */
type TensorflowJs = typeof import('@tensorflow/tfjs-core');

/**
 * A MobileNet as one would write it with TensorFlow.js's own fused layers, for comparison.
 * @returns a function from uint8 frames [N, size, size, 3] to features [N, channels].
 */
export function tfjsMobileNet(
  tf: TensorflowJs,
  network: MobileNet,
  weights: Weights,
): (frames: Uint8Array) => Promise<Float32Array> {
  const size = network.inputSize;
  const layers = mobileNetBlocks(network).flatMap((block) => block.layers);
  const kernels = layers.map((layer) => {
    // Kernels have four dimensions; see mobileNetParameters.
    const { data, shape } = requireTensor(weights, `${layer.name}.kernel`);
    // To [height, width, inputs, outputs], or [height, width, channels, 1] for a depthwise layer.
    const order = layer.kind === 'depthwise' ? [2, 3, 0, 1] : [2, 3, 1, 0];
    return tf.transpose(tf.tensor4d(data, shape as [number, number, number, number]), order);
  });
  const biases = layers.map((layer) => tf.tensor1d(requireTensor(weights, `${layer.name}.bias`).data));
  return async (frames) => {
    const features = tf.tidy(() => {
      let data = tf.sub(
        tf.div(tf.tensor4d(frames, [frames.length / (size * size * 3), size, size, 3]), 127.5),
        1,
      );
      layers.forEach(({ kind, stride: strides }, index) => {
        const convolve = kind === 'depthwise' ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
        const filter = kernels[index]!;
        // The frames have four dimensions, and convolutions keep them; arithmetic's type forgets that.
        data = convolve({
          x: data as Tensor4D,
          filter,
          strides,
          pad: 'same',
          bias: biases[index]!,
          activation: 'relu6',
        });
      });
      return tf.mean(data, [1, 2]);
    });
    const values = await features.data<'float32'>();
    features.dispose();
    return values;
  };
}
