import type { Tensor1D, Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { type Block, type ConvolutionLayer, kernelShape } from '../../encoder/mobilenet.js';
import type { RecurrentNetwork } from '../../network/recurrent.js';
import { recurrentParameters } from '../../network/recurrent-parameters.js';
import {
  elementCount,
  type ParameterSpec,
  requireTensor,
  type Tensor,
  type Weights,
} from '../../tensors/tensor.js';
import type { Tensorflow } from './load.js';

/** A parameter of a network and how TensorFlow wants it laid out. `shape` is the description's own. */
export interface Parameter extends ParameterSpec {
  /**
   * `plain`: as it is.
   * `convolution`: [outputs, inputs, k, k] -> [k, k, inputs, outputs].
   * `depthwise`: [channels, 1, k, k] -> [k, k, channels, 1].
   */
  readonly layout: 'plain' | 'convolution' | 'depthwise';
}

/** Values of parameters by name, in TensorFlow's layout. */
export type Values = ReadonlyMap<string, TfTensor>;

export function encoderParameters(blocks: readonly Block[]): Parameter[] {
  return blocks.flatMap((block) => block.layers).flatMap(layerParameters);
}

export function layerParameters(layer: ConvolutionLayer): Parameter[] {
  const layout = layer.kind === 'depthwise' ? 'depthwise' : 'convolution';
  return [
    { name: `${layer.name}.kernel`, shape: kernelShape(layer), layout },
    { name: `${layer.name}.bias`, shape: [layer.outputs], layout: 'plain' },
  ];
}

export function classifierParameters(network: RecurrentNetwork): Parameter[] {
  return recurrentParameters(network).map((spec) => ({ ...spec, layout: 'plain' }));
}

/** New tensors with the weights' values, for the caller to release. */
export function upload(tf: Tensorflow, parameters: readonly Parameter[], weights: Weights): Values {
  return keepAll(tf, parameters, (parameter) => {
    const { data } = requireTensor(weights, parameter.name, parameter.shape);
    // A tensor shares the array that it is made of, and this one is the caller's to change.
    return toTensorflow(tf, tf.tensor(data.slice(), [...parameter.shape]), parameter);
  });
}

export function release(values: Values): void {
  for (const value of values.values()) value.dispose();
}

/** A copy of the values. */
export function download(
  tf: Tensorflow,
  parameters: readonly Parameter[],
  values: Values,
): Map<string, Tensor> {
  return new Map(
    parameters.map((parameter) => {
      const value = () => fromTensorflow(tf, values.get(parameter.name)!, parameter).dataSync();
      const data = Float32Array.from(tf.tidy(value));
      return [parameter.name, { shape: parameter.shape, data }];
    }),
  );
}

/** All tensors end to end, as one [elements]. */
export function flatten(tf: Tensorflow, tensors: readonly TfTensor[]): Tensor1D {
  return tf.concat1d(tensors.map((tensor) => tf.reshape(tensor, [-1])));
}

/** The reverse: each parameter's part of a flat tensor, as new tensors for the caller to release. */
export function unflatten(tf: Tensorflow, flat: Tensor1D, parameters: readonly Parameter[]): Values {
  const sizes = parameters.map(({ shape }) => elementCount(shape));
  const parts = tf.split(flat, sizes);
  const values = keepAll(tf, parameters, (parameter, index) =>
    tf.reshape(parts[index]!, tensorflowShape(parameter)),
  );
  tf.dispose(parts);
  return values;
}

function keepAll(
  tf: Tensorflow,
  parameters: readonly Parameter[],
  make: (parameter: Parameter, index: number) => TfTensor,
): Values {
  return new Map(
    parameters.map((parameter, index) => [parameter.name, tf.keep(tf.tidy(() => make(parameter, index)))]),
  );
}

function tensorflowShape({ shape, layout }: Parameter): number[] {
  if (layout === 'plain') return [...shape];
  const [first, second, height, width] = shape as readonly [number, number, number, number];
  return layout === 'depthwise' ? [height, width, first, second] : [height, width, second, first];
}

function toTensorflow(tf: Tensorflow, value: TfTensor, { layout }: Parameter): TfTensor {
  switch (layout) {
    case 'plain':
      return tf.clone(value);
    case 'convolution':
      return tf.transpose(value, [2, 3, 1, 0]);
    case 'depthwise':
      return tf.transpose(value, [2, 3, 0, 1]);
  }
}

function fromTensorflow(tf: Tensorflow, value: TfTensor, { layout }: Parameter): TfTensor {
  switch (layout) {
    case 'plain':
      return tf.clone(value);
    case 'convolution':
      return tf.transpose(value, [3, 2, 0, 1]);
    case 'depthwise':
      return tf.transpose(value, [2, 3, 0, 1]);
  }
}
