import { withFirstScales } from '../../../encoder/trained-parameters.js';
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
export function pack(parameters: readonly ParameterSpec[], weights: Weights): Float32Array<ArrayBuffer> {
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

/** The values before the first step, in one array. */
export const firstValues = (
  parameters: readonly ParameterSpec[],
  weights: Weights,
): Float32Array<ArrayBuffer> => pack(parameters, withFirstScales(parameters, weights));

/** float32 [elements]: a number for each parameter, at all of its elements. */
export function perElement(
  parameters: readonly ParameterSpec[],
  numberOf: (name: string) => number,
): Float32Array {
  const values = new Float32Array(totalElements(parameters));
  let start = 0;
  for (const { name, shape } of parameters) {
    const end = start + elementCount(shape);
    values.fill(numberOf(name), start, end);
    start = end;
  }
  return values;
}
