import { describe, expect, it } from 'vitest';
import {
  constant,
  createGraph,
  type DataType,
  input,
  output,
  type Shape,
  type Value,
} from '../../../src/engine/onnx/graph.js';
import { convolution } from '../../../src/engine/onnx/ops/convolution.js';
import {
  add,
  cast,
  clip,
  multiply,
  scalar,
  subtract,
  tanh,
} from '../../../src/engine/onnx/ops/elementwise.js';
import { matmul, softmax } from '../../../src/engine/onnx/ops/matrix.js';
import { recurrent } from '../../../src/engine/onnx/ops/recurrent-operator.js';
import { reshape, transpose } from '../../../src/engine/onnx/ops/shape.js';
import { type Feed, OnnxSession } from '../../../src/engine/onnx/session.js';

const runtime = await import('onnxruntime-node');

const LSTM = { operator: 'LSTM', gateCount: 4, stateCount: 2, attributes: {} } as const;
const GRU = { operator: 'GRU', gateCount: 3, stateCount: 1, attributes: { linear_before_reset: 1 } } as const;

/** What a graph of one input gives for the values 1, 2, 3, ... in the shape [2, 3] (rows are free). */
async function resultOf(build: (x: Value) => Value): Promise<{ shape: Shape; values: number[] }> {
  const graph = createGraph('test');
  const x = input(graph, { name: 'x', dtype: 'float32', shape: ['rows', 3] });
  const y = build(x);
  output('y', y);
  const feed: Feed = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] };
  const session = await OnnxSession.open(runtime, graph, { threads: 1 });
  const { y: values } = await session.run({ x: feed });
  await session.release();
  return { shape: y.shape, values: [...values!] };
}

const matrix = (x: Value, shape: readonly number[], ...values: number[]) =>
  constant(x.graph, { shape, data: Float32Array.from(values) });

describe('an op of the graph builder', () => {
  it.each<[string, (x: Value) => Value, Shape, number[]]>([
    ['add', (x) => add(x, matrix(x, [3], 10, 20, 30)), ['rows', 3], [11, 22, 33, 14, 25, 36]],
    ['subtract', (x) => subtract(x, scalar(x, 1)), ['rows', 3], [0, 1, 2, 3, 4, 5]],
    ['multiply', (x) => multiply(x, matrix(x, [1, 3], 1, 0, -1)), ['rows', 3], [1, 0, -3, 4, 0, -6]],
    ['clip', (x) => clip(x, 2, 5), ['rows', 3], [2, 2, 3, 4, 5, 5]],
    ['transpose', (x) => transpose(x, [1, 0]), [3, 'rows'], [1, 4, 2, 5, 3, 6]],
    ['reshape', (x) => reshape(x, ['rows', 1, 3]), ['rows', 1, 3], [1, 2, 3, 4, 5, 6]],
    ['matmul', (x) => matmul(x, matrix(x, [3, 2], 1, 0, 0, 1, 0, 1)), ['rows', 2], [1, 5, 4, 11]],
    [
      'cast',
      (x) => cast(cast(multiply(x, scalar(x, 0.5)), 'int32'), 'float32'),
      ['rows', 3],
      [0, 1, 1, 2, 2, 3],
    ],
  ])('%s gives the shape that it says, and the values', async (_, build, shape, values) => {
    expect(await resultOf(build)).toEqual({ shape, values });
  });

  it('softmax sums to 1 along the last axis', async () => {
    const { values } = await resultOf(softmax);
    const total = Math.exp(-2) + Math.exp(-1) + 1;
    [Math.exp(-2), Math.exp(-1), 1].forEach((part, index) => {
      expect(values[index]).toBeCloseTo(part / total, 6);
      expect(values[index + 3]).toBeCloseTo(part / total, 6);
    });
  });

  it('tanh is the hyperbolic tangent', async () => {
    const { values } = await resultOf(tanh);
    values.forEach((value, index) => {
      expect(value).toBeCloseTo(Math.tanh(index + 1), 6);
    });
  });

  it('can be used for several results of one graph', async () => {
    const graph = createGraph('test');
    const x = input(graph, { name: 'x', dtype: 'float32', shape: ['n'] });
    output('double', add(x, x));
    output('same', x);
    const session = await OnnxSession.open(runtime, graph, { threads: 1 });
    const results = await session.run({ x: { data: Float32Array.of(1, 2), shape: [2] } });
    await session.release();
    expect(results).toEqual({ double: Float32Array.of(2, 4), same: Float32Array.of(1, 2) });
  });
});

describe('an op that is given shapes it cannot work on names itself and the shapes', () => {
  const graph = createGraph('test');
  const value = (shape: Shape, dtype: DataType = 'float32') => input(graph, { name: 'v', dtype, shape });
  const padding = { before: 1, after: 1 };
  const cell = {
    x: value(['T', 'B', 5]),
    kernel: value([1, 16, 5]),
    recurrentKernel: value([1, 16, 4]),
    bias: value([1, 32]),
    lengths: value(['B'], 'int32'),
  };

  it.each<[string, () => unknown, string]>([
    ['add', () => add(value([2, 3]), value([2, 4])), 'Add was given v float32 [2, 3], v float32 [2, 4]'],
    [
      'add of named sizes',
      () => add(value(['a']), value(['b'])),
      'Add was given v float32 [a], v float32 [b]',
    ],
    [
      'add of two types',
      () => add(value([2]), value([2], 'int32')),
      'v int32 [2], but expects one data type',
    ],
    [
      'matmul',
      () => matmul(value([2, 3]), value([4, 2])),
      'MatMul was given v float32 [2, 3], v float32 [4, 2]',
    ],
    ['matmul of batches', () => matmul(value([2, 1, 3]), value([4, 3, 1])), 'MatMul was given'],
    ['matmul of a vector', () => matmul(value([3]), value([3, 1])), 'MatMul was given v float32 [3]'],
    ['reshape', () => reshape(value([2, 3]), [5]), 'Reshape was given v float32 [2, 3], but expects as many'],
    [
      'reshape that moves a named size',
      () => reshape(value(['n', 1]), [1, 'n']),
      'named sizes in their places',
    ],
    ['transpose', () => transpose(value([2, 3]), [0, 0]), 'each axis once, not [0, 0]'],
    ['softmax', () => softmax(value([2], 'int32')), 'Softmax was given v int32 [2]'],
    ['clip', () => clip(value([2], 'uint8'), 0, 6), 'Clip was given v uint8 [2]'],
    [
      'convolution',
      () =>
        convolution(value(['N', 3, 8, 8]), {
          kernel: value([4, 2, 3, 3]),
          bias: value([4]),
          stride: 1,
          groups: 1,
          padding,
        }),
      'Conv was given v float32 [N, 3, 8, 8], v float32 [4, 2, 3, 3], v float32 [4], but expects [N, C, S, S]',
    ],
    ['lstm', () => recurrent(LSTM, { ...cell, bias: value([1, 16]) }), 'LSTM was given v float32 [T, B, 5]'],
    ['gru', () => recurrent(GRU, cell), 'GRU was given v float32 [T, B, 5]'],
    [
      'constant',
      () => constant(graph, { shape: [3], data: new Float32Array(2) }),
      'has 2 values, but the shape [3]',
    ],
  ])('%s', (_, build, words) => {
    expect(build).toThrow(words);
  });
});
