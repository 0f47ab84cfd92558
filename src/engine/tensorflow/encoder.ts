import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { type Block, type MobileNet, poolingMatrix } from '../../encoder/mobilenet.js';
import { convolutionLayer } from './convolution.js';
import type { Tensorflow } from './load.js';
import type { Values } from './parameter-tensors.js';

/**
 * Pixels as the networks want them: uint8 RGB [count, size, size, 3] -> float32 of that shape in [-1, 1].
 */
export function scaleFrames(tf: Tensorflow, frames: Uint8Array, size: number): Tensor4D {
  const data = new Float32Array(frames.length);
  // Not Float32Array.from, which takes 50 times as long.
  for (let index = 0; index < frames.length; index++) data[index] = SCALED[frames[index]!]!;
  return tf.tensor4d(data, [frames.length / (size * size * 3), size, size, 3]);
}

export interface EncoderPass {
  readonly blocks: readonly Block[];
  readonly values: Values;
  /** [N, side, side, channels], as the first of the blocks reads it. No gradient is computed for it. */
  readonly input: Tensor4D;
}

/** Runs consecutive blocks of a MobileNet; differentiable by their values. */
export function runBlocks(tf: Tensorflow, { blocks, values, input }: EncoderPass): Tensor4D {
  return blocks.reduce(
    // What a block leaves behind is released block by block, not only when the whole network has run.
    (data, block) =>
      tf.tidy(() => runBlock(tf, block, { values, input: data, isInputFixed: data === input })),
    input,
  );
}

/** The last feature map [N, side, side, channels] -> features [N, featureCount]; differentiable. */
export function pool(tf: Tensorflow, network: MobileNet, featureMap: Tensor4D): Tensor2D {
  const [count, , , channels] = featureMap.shape;
  const { cells, positions, data } = poolingMatrix(network);
  const matrix = tf.tensor3d(data, [1, cells, positions]);
  const pooled = tf.matMul(matrix, tf.reshape(featureMap, [count, positions, channels]));
  return tf.reshape(pooled, [count, cells * channels]);
}

/** A feature map [N, side, side, channels] -> its statistics [N, 2 x channels], see statisticsCount. */
export function mapStatistics(tf: Tensorflow, featureMap: Tensor4D): Tensor2D {
  const { mean, variance } = tf.moments(featureMap, [1, 2]);
  return tf.concat([mean, tf.sqrt(variance)], 1) as Tensor2D;
}

function runBlock(
  tf: Tensorflow,
  block: Block,
  { values, input, isInputFixed }: { values: Values; input: Tensor4D; isInputFixed: boolean },
): Tensor4D {
  const output = block.layers.reduce(
    (data, layer) =>
      convolutionLayer(tf, layer, {
        input: data,
        // layerParameters gives every layer these two, with these ranks.
        kernel: values.get(`${layer.name}.kernel`) as Tensor4D,
        bias: values.get(`${layer.name}.bias`) as Tensor1D,
        isInputFixed: isInputFixed && data === input,
      }),
    input,
  );
  return block.residual ? tf.add(output, input) : output;
}

/** 127.5 is half of a byte's range: 0 becomes -1 and 255 becomes 1. */
const SCALED = Float32Array.from({ length: 256 }, (_, value) => value / 127.5 - 1);
