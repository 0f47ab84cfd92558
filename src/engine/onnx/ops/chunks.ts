import { addNode, constant, type Dimension, misfit, type Value } from '../graph.js';
import { add, divide, multiply, subtract } from './elementwise.js';
import { int64, reshapeTo, rowCount } from './rows.js';
import { concatenate } from './shape.js';

/** Rows [rows, width] that a loop (loop.ts) reads in chunks. */
export interface Chunks {
  /** Of each, [chunks, rows in a chunk, width]; the last chunk is filled up with zeros. */
  readonly sequences: readonly Value[];
  /** One row for each of them, [chunks, rows in a chunk, width] -> [rows, width]. */
  join(stacked: Value): Value;
}

/**
 * Cuts values of one number of rows into as few chunks as keep `valuesPerRow` x rows in a chunk at or below
 * `valuesPerChunk`, all of one size. The number of rows may be a named size, and 0.
 */
export function inChunks(
  values: readonly [Value, ...Value[]],
  { valuesPerRow, valuesPerChunk }: { valuesPerRow: number; valuesPerChunk: number },
): Chunks {
  const [first] = values;
  const { graph, shape } = first;
  if (values.some((value) => value.shape.length !== 2 || value.shape[0] !== shape[0])) {
    throw misfit('chunks', values, '[rows, width] each, of one number of rows');
  }
  const total = rowCount(first);
  const one = int64(first, 1);
  const chunks = largest(
    divideUp(multiply(total, int64(first, valuesPerRow)), int64(first, valuesPerChunk)),
    one,
  );
  const rows = largest(divideUp(total, chunks), one);
  const missing = subtract(multiply(chunks, rows), total);
  // Names of their own: onnxruntime takes sizes of one name to be equal.
  const chunkAxis = `${graph.name}/chunks_${graph.nodes.length}`;
  const rowAxis = `${chunkAxis}_rows`;
  const sizes = (width: number) => concatenate([chunks, rows, int64(first, width)], 0);
  return {
    sequences: values.map((value) => {
      const width = Number(value.shape[1]);
      return reshapeTo(padRows(value, missing), sizes(width), [chunkAxis, rowAxis, width]);
    }),
    join: (stacked) => {
      const width = Number(stacked.shape[2]);
      const merged = constant(graph, { shape: [2], data: BigInt64Array.of(-1n, BigInt(width)) });
      const filled = reshapeTo(stacked, merged, [`${chunkAxis} x ${rowAxis}`, width]);
      return firstRows(filled, total, shape[0]!);
    },
  };
}

/** Of whole numbers int64 [1], of which b is positive and a is not negative. */
function divideUp(a: Value, b: Value): Value {
  return divide(subtract(add(a, b), int64(a, 1)), b);
}

const largest = (a: Value, b: Value): Value => addNode('Max', { inputs: [a, b], outputs: [a] })[0]!;

/** Rows of zeros after those of x [rows, width], as many as `missing` int64 [1] says. */
function padRows(x: Value, missing: Value): Value {
  const none = int64(x, 0);
  const pads = concatenate([none, none, missing, none], 0);
  const outputs = [{ dtype: x.dtype, shape: ['padded', x.shape[1]!] }];
  return addNode('Pad', { inputs: [x, pads], outputs })[0]!;
}

function firstRows(x: Value, count: Value, rows: Dimension): Value {
  const outputs = [{ dtype: x.dtype, shape: [rows, x.shape[1]!] }];
  return addNode('Slice', { inputs: [x, int64(x, 0), count], outputs })[0]!;
}
