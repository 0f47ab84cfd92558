import { type Random, random } from '../random.js';
import { elementCount, type ParameterSpec, type Tensor, type Weights } from '../tensors/tensor.js';
import { type Cell, cellLayout, type Gate } from './cells.js';
import type { RecurrentNetwork } from './recurrent.js';
import { EMBEDDING, HEAD, type InitialParameter, recurrentParameters } from './recurrent-parameters.js';
import type { INITIAL_EMBEDDINGS, INITIAL_HEADS } from './recurrent-schema.js';

/**
 * Initial weights of a recurrent network, as Keras draws them: kernels Glorot-uniform (Glorot and Bengio
 * 2010), recurrent kernels orthogonal (Saxe et al. 2014), biases zero but for the LSTM's forget gate,
 * which starts at one (Jozefowicz et al. 2015).
 * An embedding's vectors are normal numbers, as PyTorch draws them, or small: uniform up to 0.1 (Zaremba et al. 2014).
 * @param options.head `normal`: the head's kernel and bias are normal numbers instead.
 * @param options.embedding `normal`, when absent, but `small` where the head has the same table.
 */
export function initializeRecurrent(
  network: RecurrentNetwork,
  seed: number,
  { head = 'glorot', embedding }: InitialParts = {},
): Weights {
  return new Map(
    recurrentParameters(network).map((spec) => {
      const stream = random(seed, 'initialize', spec.name);
      const isNormal = head === 'normal' && spec.name.startsWith(`${HEAD}.`);
      const ofTable = spec.name.endsWith(EMBEDDING) ? embedding : undefined;
      const initial = isNormal ? 'normal' : (ofTable ?? spec.initial);
      return [spec.name, initialTensor({ ...spec, initial }, stream)];
    }),
  );
}

/** How parts of a network start that a pipeline may choose for. */
interface InitialParts {
  readonly head?: (typeof INITIAL_HEADS)[number] | undefined;
  readonly embedding?: (typeof INITIAL_EMBEDDINGS)[number] | undefined;
}

function initialTensor(spec: InitialParameter, stream: Random): Tensor {
  const { shape, initial } = spec;
  if (typeof initial === 'object') return initialCellBias(spec, initial.cell);
  switch (initial) {
    case 'glorot':
      return glorotUniform(spec, stream);
    case 'orthogonal':
      return orthogonal(spec, stream);
    case 'zero':
      return { shape, data: new Float32Array(elementCount(shape)) };
    case 'normal':
      return normal(spec, stream);
    case 'small':
      return uniform(spec, { stream, limit: 0.1 });
  }
}

/** What a gate's bias starts at, where that is not 0. */
const INITIAL_BIASES: { readonly [C in Cell]: { readonly [gate in Gate<C>]?: number } } = {
  lstm: { forget: 1 },
  gru: {},
};

function initialCellBias({ shape }: ParameterSpec, cell: Cell): Tensor {
  const data = new Float32Array(elementCount(shape));
  const biases: Readonly<Record<string, number>> = INITIAL_BIASES[cell];
  const { gates } = cellLayout(cell);
  const units = shape.at(-1)! / gates.length;
  gates.forEach((gate, index) => {
    data.fill(biases[gate] ?? 0, index * units, (index + 1) * units);
  });
  return { shape, data };
}

function normal({ shape }: ParameterSpec, stream: Random): Tensor {
  return { shape, data: Float32Array.from({ length: elementCount(shape) }, () => stream.normal()) };
}

function glorotUniform(spec: ParameterSpec, stream: Random): Tensor {
  const [inputs, outputs = 1] = spec.shape as readonly [number, number?];
  return uniform(spec, { stream, limit: Math.sqrt(6 / (inputs + outputs)) });
}

/** Between -limit and limit. */
function uniform({ shape }: ParameterSpec, { stream, limit }: { stream: Random; limit: number }): Tensor {
  const data = Float32Array.from({ length: elementCount(shape) }, () => (2 * stream.float() - 1) * limit);
  return { shape, data };
}

/** Each gate's units x units part is a random orthogonal matrix: Gram-Schmidt on rows of normal numbers. */
function orthogonal({ shape }: ParameterSpec, stream: Random): Tensor {
  const [units, gated] = shape as readonly [number, number];
  const data = new Float32Array(units * gated);
  for (let offset = 0; offset < gated; offset += units) {
    orthonormalRows(units, stream).forEach((row, index) => {
      data.set(row, index * gated + offset);
    });
  }
  return { shape, data };
}

function orthonormalRows(size: number, stream: Random): Float64Array[] {
  const rows: Float64Array[] = [];
  while (rows.length < size) {
    const row = Float64Array.from({ length: size }, () => stream.normal());
    for (const other of rows) subtractProjection(row, other);
    const length = norm(row);
    if (length > 1e-6) rows.push(row.map((value) => value / length));
  }
  return rows;
}

/** To the bit what Math.hypot gives in V8, which takes no array: parts of the largest, summed as Kahan does. */
function norm(row: Float64Array): number {
  const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let sum = 0;
  let compensation = 0;
  for (const value of row) {
    const part = Math.abs(value) / largest;
    const summand = part * part - compensation;
    const next = sum + summand;
    compensation = next - sum - summand;
    sum = next;
  }
  return Math.sqrt(sum) * largest;
}

function subtractProjection(row: Float64Array, unit: Float64Array): void {
  const along = row.reduce((sum, value, index) => sum + value * unit[index]!, 0);
  for (let index = 0; index < row.length; index++) row[index]! -= along * unit[index]!;
}
