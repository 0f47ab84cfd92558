/** A dense row-major float32 array with its shape; `data.length` is the product of `shape`. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** How files keep it; `int8` for whole numbers from -128 to 127. As float32 when absent. */
  readonly storage?: 'int8' | undefined;
}

/** Named parameters of a network, in the order in which the network declares them. */
export type Weights = ReadonlyMap<string, Tensor>;

/** What a network says of one of its parameters before any value is known. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** See Tensor. */
  readonly storage?: 'int8' | undefined;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** How many numbers all tensors hold together. */
export function parameterCount(weights: Weights): number {
  return [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
}

/** The tensor of that name. A missing one or one of another shape is a defect, since borders check weights. */
export function requireTensor(weights: Weights, name: string, shape?: readonly number[]): Tensor {
  const tensor = weights.get(name);
  if (!tensor) throw new Error(`Weight ${name} is missing; there are ${[...weights.keys()].join(', ')}`);
  if (shape && tensor.shape.join() !== shape.join()) {
    throw new Error(`Weight ${name} has shape [${tensor.shape}], expected [${shape}]`);
  }
  return tensor;
}

/** A matrix [rows, columns] turned to [columns, rows]. */
export function transpose(matrix: Tensor): Tensor {
  const [rows, columns] = matrix.shape as readonly [number, number];
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      data[column * rows + row] = matrix.data[row * columns + column];
    }
  }
  return { shape: [columns, rows], data };
}

/** One array of all parts, one after the other. */
export function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
