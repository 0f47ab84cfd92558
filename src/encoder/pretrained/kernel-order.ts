import { elementCount, type Tensor } from '../../tensors/tensor.js';
import { type ConvolutionLayer, kernelShape } from '../mobilenet.js';

/** A kernel as float64 in our order, from one of `tensorflowKernelShape`. */
export function inOurOrder({ data, shape }: Tensor, layer: ConvolutionLayer): Float64Array {
  const [outputs, inputs, height, width] = kernelShape(layer);
  const kernel = new Float64Array(elementCount(shape));
  for (let place = 0; place < height * width; place++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        kernel[(output * inputs + input) * height * width + place] =
          data[(place * inputs + input) * outputs + output]!;
      }
    }
  }
  return kernel;
}

/**
 * TensorFlow's [height, width, inputs / groups, outputs]. A depthwise kernel is [height, width, channels, 1] there: one
 * output for each input, in the same order.
 */
export function tensorflowKernelShape(layer: ConvolutionLayer): readonly number[] {
  const [outputs, inputs, height, width] = kernelShape(layer);
  return layer.kind === 'depthwise' ? [height, width, outputs, 1] : [height, width, inputs, outputs];
}

/** Changes each value by its channel's constant; the values of a channel lie together. */
export function combine(
  values: Float64Array,
  constants: ArrayLike<number>,
  operation: (value: number, constant: number) => number,
): void {
  const valuesPerChannel = values.length / constants.length;
  values.forEach((value, index) => {
    values[index] = operation(value, constants[Math.floor(index / valuesPerChannel)]!);
  });
}
