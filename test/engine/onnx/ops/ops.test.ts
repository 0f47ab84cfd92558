import { describe, expect, it } from 'vitest';
import { findChannelBlock } from '../../../../src/engine/onnx/channel-block.js';
import { createGraph, input, output, type Shape, type Value } from '../../../../src/engine/onnx/graph.js';
import { fromBlocks, pointwise, toBlocks } from '../../../../src/engine/onnx/ops/blocked.js';
import {
  add,
  divide,
  isPositive,
  multiply,
  scalar,
  sigmoid,
  squareRoot,
} from '../../../../src/engine/onnx/ops/elementwise.js';
import { scan } from '../../../../src/engine/onnx/ops/loop.js';
import { gemm, logSoftmax } from '../../../../src/engine/onnx/ops/matrix.js';
import { sum } from '../../../../src/engine/onnx/ops/reduce.js';
import {
  concatenate,
  mergeRows,
  padEnd,
  split,
  splitEvenly,
  splitRows,
  take,
  zeroRows,
} from '../../../../src/engine/onnx/ops/shape.js';
import { OnnxSession, type OpenSession } from '../../../../src/engine/onnx/session.js';

const runtime = await import('onnxruntime-node');
const open: OpenSession = (graph) => OnnxSession.open(runtime, graph, { threads: 1 });

/** What a graph gives for the values 1, 2, 3, ... in that shape; named sizes are 2. */
async function resultOf(
  shape: Shape,
  build: (x: Value) => Value,
): Promise<{ shape: Shape; values: number[] }> {
  const graph = createGraph('test');
  const x = input(graph, { name: 'x', dtype: 'float32', shape });
  const y = build(x);
  output('y', y);
  const sizes = shape.map((size) => (typeof size === 'number' ? size : 2));
  const length = sizes.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length }, (_, index) => index + 1);
  const session = await open(graph);
  const results = await session.run({ x: { data, shape: sizes } });
  await session.release();
  return { shape: y.shape, values: [...results.y!] };
}

describe('an op of the graph builder', () => {
  it.each<[string, Shape, (x: Value) => Value, Shape, number[]]>([
    ['divide', [3], (x) => divide(x, scalar(x, 2)), [3], [0.5, 1, 1.5]],
    ['squareRoot', [2, 2], (x) => squareRoot(multiply(x, x)), [2, 2], [1, 2, 3, 4]],
    ['isPositive', [3], (x) => isPositive(add(x, scalar(x, -2))), [3], [0, 0, 1]],
    ['sum', ['n', 3], (x) => sum(x, [0]), [1, 3], [5, 7, 9]],
    ['split', [2, 3], (x) => split(x, 1, [1, 2])[1]!, [2, 2], [2, 3, 5, 6]],
    ['splitEvenly', ['n', 4], (x) => splitEvenly(x, 2)[0]!, ['n', 2], [1, 2, 5, 6]],
    ['concatenate', ['n', 2], (x) => concatenate([x, x], 1), ['n', 4], [1, 2, 1, 2, 3, 4, 3, 4]],
    ['padEnd', [2, 2], (x) => padEnd(x, 1, 3), [2, 3], [1, 2, 0, 3, 4, 0]],
    ['take', [2, 3], (x) => take(x, 1, [2, 0]), [2, 2], [3, 1, 6, 4]],
    ['mergeRows', ['t', 'n', 1], mergeRows, ['t x n', 1], [1, 2, 3, 4]],
    ['splitRows', ['t', 'n', 1], (x) => splitRows(mergeRows(x), x), ['t', 'n', 1], [1, 2, 3, 4]],
    ['zeroRows', ['t', 'n', 1], (x) => zeroRows(x, 3), ['n', 3], [0, 0, 0, 0, 0, 0]],
    ['gemm', [2, 2], (x) => gemm(x, x, { transposeA: true, plus: x }), [2, 2], [11, 16, 17, 24]],
    ['gemm of a', [2, 2], (x) => gemm(x, x, { transposeB: true }), [2, 2], [5, 11, 11, 25]],
  ])('%s gives the shape that it says, and the values', async (_, given, build, shape, values) => {
    expect(await resultOf(given, build)).toEqual({ shape, values });
  });

  it('sigmoid and logSoftmax are what their names say', async () => {
    const logistic = await resultOf([1], sigmoid);
    expect(logistic.values[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
    const logarithms = await resultOf([1, 2], logSoftmax);
    expect(logarithms.values[0]).toBeCloseTo(-Math.log(1 + Math.E), 6);
  });

  it.each([
    [false, [1, 2, 4, 6, 9, 12]],
    [true, [9, 12, 8, 10, 5, 6]],
  ])('scan carries a state along, reversed: %s', async (reversed, values) => {
    const sums = (x: Value) => {
      const turn = ([total]: readonly Value[], [item]: readonly Value[]) => {
        const next = add(total!, item!);
        return { state: [next], items: [next, total!] };
      };
      return scan({ initial: [zeroRows(x, 1)], sequences: [x], reversed, turn })[0]!;
    };
    expect(await resultOf([3, 'n', 1], sums)).toEqual({ shape: [3, 'n', 1], values });
  });

  it('keeps a map that goes into blocks and comes back', async () => {
    const block = await findChannelBlock(open);
    const there = (x: Value) => fromBlocks(toBlocks(x, block), 3, block);
    const values = Array.from({ length: 24 }, (_, index) => index + 1);
    expect(await resultOf([2, 3, 2, 2], there)).toEqual({ shape: [2, 3, 2, 2], values });
  });
});

describe('an op that is given shapes it cannot work on names itself and the shapes', () => {
  const graph = createGraph('test');
  const value = (shape: Shape) => input(graph, { name: 'v', dtype: 'float32', shape });
  const layer = { bias: value([2]), activation: 'linear' } as const;

  it.each<[string, () => unknown, string]>([
    ['gemm', () => gemm(value([2, 3]), value([2, 3])), 'Gemm was given v float32 [2, 3], v float32 [2, 3]'],
    ['sum', () => sum(value([2]), [1]), 'ReduceSum was given v float32 [2]'],
    ['split', () => split(value([5]), 0, [2, 2]), 'expects axis 0 of size 2 + 2'],
    [
      'concatenate',
      () => concatenate([value([2, 3]), value([3, 3])], 1),
      'Concat was given v float32 [2, 3]',
    ],
    ['concatenate of named sizes', () => concatenate([value(['n']), value([3])], 0), 'Concat was given'],
    ['padEnd', () => padEnd(value([4]), 0, 3), 'expects at most 3 at axis 0'],
    ['mergeRows', () => mergeRows(value([2, 3])), 'Reshape was given v float32 [2, 3]'],
    ['splitRows', () => splitRows(value(['t x n', 2]), value(['t', 'm', 2])), 'Reshape was given'],
    [
      'scan',
      () =>
        scan({
          initial: [value([1])],
          sequences: [value([2, 1]), value([3, 1])],
          turn: (state, items) => ({ state, items }),
        }),
      'expects sequences of one length',
    ],
    [
      'pointwise',
      () => pointwise(value([1, 16, 2, 2]), { ...layer, kernel: value([2, 20]) }, 16),
      'pointwise convolution was given v float32 [1, 16, 2, 2], v float32 [2, 20]',
    ],
    ['a convolution of named sizes', () => toBlocks(fromBlocks(value(['n', 16, 2, 2]), 1, 16), 16), 'known'],
  ])('%s', (_, build, words) => {
    expect(build).toThrow(words);
  });
});
