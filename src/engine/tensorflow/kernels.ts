import type { GradSaveFunc, Tensor } from '@tensorflow/tfjs-core';
import type { Tensorflow } from './load.js';

/** A TensorFlow op's attribute. JavaScript's one kind of number is why numbers say what they are. */
export type Attribute =
  | boolean
  | string
  | { readonly int: number | readonly number[] }
  | { readonly float: number }
  | { readonly type: 'float32' | 'int32' };

/** A scalar for an op that wants int64, which TensorFlow.js has not. */
export interface Int64Scalar {
  readonly int64: number;
}

export interface KernelCall {
  readonly inputs: ReadonlyArray<Tensor | Int64Scalar>;
  /** By name; `T`, the type of most ops' tensors, is float32 when it is not given. */
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputCount?: number;
}

/**
 * Runs any op of the TensorFlow library by its name, those included that TensorFlow.js never wrapped. It
 * is not differentiable: call it inside tf.customGrad. Its outputs belong to the surrounding tf.tidy.
 */
export function callKernel(tf: Tensorflow, name: string, call: KernelCall): Tensor[] {
  const backend = tf.backend() as unknown as NodeBackend;
  const { binding } = backend;
  const temporaryIds: number[] = [];
  const inputIds = call.inputs.map((input) => {
    if (!('int64' in input)) return backend.getInputTensorIds([input])[0]!;
    const id = binding.createTensor([], binding.TF_INT64, Int32Array.of(input.int64, 0));
    temporaryIds.push(id);
    return id;
  });
  const attributes = Object.entries({ T: { type: 'float32' } as const, ...call.attributes });
  const outputs = binding.executeOp(
    name,
    attributes.map(([key, attribute]) => ({ name: key, ...encodeAttribute(binding, attribute) })),
    inputIds,
    call.outputCount ?? 1,
  );
  for (const id of temporaryIds) binding.deleteTensor(id);
  return outputs.map((metadata) => backend.createOutputTensor(metadata));
}

export interface DifferentiableOp<T extends Tensor> {
  /** What it is differentiated by. It may use other tensors, which must outlive the differentiation. */
  readonly inputs: readonly Tensor[];
  /** @returns the result, and the tensors that `gradients` needs. */
  readonly forward: () => { readonly value: T; readonly saved: Tensor[] };
  /** @returns one gradient for each input, of its shape. */
  readonly gradients: (outputGradient: T, saved: Tensor[]) => Tensor[];
}

/** Runs ops that TensorFlow.js cannot differentiate, with a gradient written by hand. */
export function runDifferentiable<T extends Tensor>(tf: Tensorflow, op: DifferentiableOp<T>): T {
  const run = tf.customGrad<T>((...inputsAndSave) => {
    const { value, saved } = op.forward();
    // customGrad's one parameter list holds the inputs and, as the last, this function.
    (inputsAndSave.at(-1) as GradSaveFunc)(saved);
    return { value, gradFunc: (gradient, kept) => tf.tidy(() => op.gradients(gradient, kept)) };
  });
  // biome-ignore lint/plugin: an operation has a handful of inputs.
  return run(...op.inputs);
}

/** The parts of tfjs-node 4.22's backend (nodejs_kernel_backend.ts, tfjs_binding.ts) that are used here. */
interface NodeBackend {
  readonly binding: Binding;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(metadata: object): Tensor;
}

interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_TYPE: number;
  createTensor(shape: readonly number[], type: number, values: Int32Array): number;
  deleteTensor(id: number): void;
  executeOp(
    name: string,
    attributes: readonly EncodedAttribute[],
    inputIds: readonly number[],
    outputCount: number,
  ): object[];
}

interface EncodedAttribute {
  readonly type: number;
  readonly value: unknown;
}

function encodeAttribute(binding: Binding, attribute: Attribute): EncodedAttribute {
  if (typeof attribute === 'boolean') return { type: binding.TF_ATTR_BOOL, value: attribute };
  if (typeof attribute === 'string') return { type: binding.TF_ATTR_STRING, value: attribute };
  if ('int' in attribute) return { type: binding.TF_ATTR_INT, value: attribute.int };
  if ('float' in attribute) return { type: binding.TF_ATTR_FLOAT, value: attribute.float };
  const value = attribute.type === 'float32' ? binding.TF_FLOAT : binding.TF_INT32;
  return { type: binding.TF_ATTR_TYPE, value };
}
