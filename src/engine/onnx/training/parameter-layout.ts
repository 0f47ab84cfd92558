import { kernelShape, type MobileNet, mobileNetBlocks } from '../../../encoder/mobilenet.js';
import {
  elementCount,
  type ParameterSpec,
  requireTensor,
  type Tensor,
  type Weights,
} from '../../../tensors/tensor.js';

/*
 * All that is trained lies in one flat array, one parameter after the other, so that clipping and the
 * optimizer are a few ops over one vector whatever the network.
 */

export const totalElements = (parameters: readonly ParameterSpec[]): number =>
  parameters.reduce((total, { shape }) => total + elementCount(shape), 0);

/** The parameters' values in one array. */
export function pack(parameters: readonly ParameterSpec[], weights: Weights): Float32Array {
  const flat = new Float32Array(totalElements(parameters));
  let start = 0;
  for (const { name, shape } of parameters) {
    const { data } = requireTensor(weights, name, shape);
    flat.set(data, start);
    start += data.length;
  }
  return flat;
}

/** The reverse: parameters by name, in new arrays. */
export function unpack(parameters: readonly ParameterSpec[], flat: Float32Array): Weights {
  let start = 0;
  return new Map(
    parameters.map(({ name, shape }): [string, Tensor] => {
      const data = flat.slice(start, start + elementCount(shape));
      start += data.length;
      return [name, { shape, data }];
    }),
  );
}

/** float32 [elements]: 1 where weight decay applies, 0 at biases. */
export function decayMask(parameters: readonly ParameterSpec[]): Float32Array {
  const mask = new Float32Array(totalElements(parameters));
  let start = 0;
  for (const { name, shape } of parameters) {
    const end = start + elementCount(shape);
    if (!name.endsWith('.bias')) mask.fill(1, start, end);
    start = end;
  }
  return mask;
}

/** Those of the encoder's blocks from `fromBlock` on. */
export function trainedEncoderParameters(network: MobileNet, fromBlock: number): ParameterSpec[] {
  const layers = mobileNetBlocks(network)
    .slice(fromBlock)
    .flatMap((block) => block.layers);
  return layers.flatMap((layer) => [
    { name: `${layer.name}.kernel`, shape: kernelShape(layer) },
    { name: `${layer.name}.bias`, shape: [layer.outputs] },
  ]);
}
