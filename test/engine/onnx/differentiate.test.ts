import { describe, expect, it } from 'vitest';
import { findChannelBlock } from '../../../src/engine/onnx/channel-block.js';
import { gradients } from '../../../src/engine/onnx/differentiate.js';
import { constant, createGraph, input, output, type Value } from '../../../src/engine/onnx/graph.js';
import { adaptiveCrossEntropy } from '../../../src/engine/onnx/ops/adaptive-softmax.js';
import { depthwise, fromBlocks, pointwise, toBlocks, windows } from '../../../src/engine/onnx/ops/blocked.js';
import { crossEntropy } from '../../../src/engine/onnx/ops/cross-entropy.js';
import { add, isPositive, multiply, subtract, tanh } from '../../../src/engine/onnx/ops/elementwise.js';
import { lookUp } from '../../../src/engine/onnx/ops/embedding.js';
import { linear } from '../../../src/engine/onnx/ops/linear.js';
import { linearCrossEntropy } from '../../../src/engine/onnx/ops/linear-cross-entropy.js';
import { matmul, softmax } from '../../../src/engine/onnx/ops/matrix.js';
import { maximum } from '../../../src/engine/onnx/ops/maximum.js';
import { sampledCrossEntropy } from '../../../src/engine/onnx/ops/sampled-softmax.js';
import { pickTimesteps, reverseSequences } from '../../../src/engine/onnx/ops/sequence.js';
import { concatenate, padEnd, reshape, transpose } from '../../../src/engine/onnx/ops/shape.js';
import { recurrentLayer } from '../../../src/engine/onnx/recurrent/differentiable-layer.js';
import { onnxCell } from '../../../src/engine/onnx/recurrent/recurrent-cells.js';
import { OnnxSession, type OpenSession } from '../../../src/engine/onnx/session.js';
import { CELLS, cellLayout } from '../../../src/network/cells.js';
import { random } from '../../../src/random.js';
import { elementCount } from '../../../src/tensors/tensor.js';

const runtime = await import('onnxruntime-node');
const open: OpenSession = (graph) => OnnxSession.open(runtime, graph, { threads: 1 });
const machineBlock = await findChannelBlock(open);

type Shapes = Record<string, readonly number[]>;
type Build = (values: Record<string, Value>) => Value;

/** Wide enough that float32's rounding of the loss, 1e-7 of it, stays below a thousandth of the difference. */
const STEP = 1e-2;

/** Of the largest gradient: what the third derivative adds over such a step, and the rounding. */
const TOLERANCE = 5e-3;

/**
 * Runs `build` on random inputs. The loss is the sum over its result, each value times a random number.
 *
 * @returns By input, the largest difference between its gradient and the slope of the loss, relative to the
 *   largest slope.
 */
async function largestErrors(shapes: Shapes, build: Build): Promise<Record<string, number>> {
  const graph = createGraph('test');
  const values = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, input(graph, { name, dtype: 'float32', shape })]),
  );
  const y = build(values);
  const factors = randomValues('factors', elementCount(y.shape.map(Number)));
  const factor = constant(graph, { shape: y.shape.map(Number), data: factors });
  output('y', y);
  const names = Object.keys(shapes);
  for (const [index, gradient] of gradients(
    { value: y, gradient: factor },
    Object.values(values),
  ).entries()) {
    output(`by_${names[index]}`, gradient);
  }
  const session = await open(graph);
  const data = Object.fromEntries(
    names.map((name) => [name, randomValues(name, elementCount(shapes[name]!))]),
  );
  const run = () =>
    session.run(Object.fromEntries(names.map((name) => [name, { data: data[name]!, shape: shapes[name]! }])));
  const loss = async () =>
    (await run()).y!.reduce((total, value, index) => total + value * factors[index]!, 0);
  const analytic = await run();
  const errors: Record<string, number> = {};
  for (const name of names) {
    const slopes = await slopesBy(data[name]!, loss);
    const largest = Math.max(...slopes.map(Math.abs));
    const differences = slopes.map((slope, index) => Math.abs(slope - analytic[`by_${name}`]![index]!));
    errors[name] = Math.max(...differences) / largest;
  }
  await session.release();
  return errors;
}

async function slopesBy(values: Float32Array, loss: () => Promise<number>): Promise<number[]> {
  const slopes: number[] = [];
  for (const [index, value] of values.entries()) {
    values[index] = value + STEP;
    const above = await loss();
    values[index] = value - STEP;
    slopes.push((above - (await loss())) / (2 * STEP));
    values[index] = value;
  }
  return slopes;
}

function randomValues(purpose: string, length: number): Float32Array {
  const stream = random(1, purpose);
  return Float32Array.from({ length }, () => stream.normal());
}

const expectSmall = (errors: Record<string, number>) => {
  for (const [name, error] of Object.entries(errors)) expect(error, `by ${name}`).toBeLessThan(TOLERANCE);
};

const integers = (x: Value, shape: readonly number[], ...values: number[]) =>
  constant(x.graph, { shape, data: BigInt64Array.from(values, BigInt) });

const layerOf = ({ table, bias }: Record<string, Value | undefined>) => ({ table: table!, bias });

/** Classes that each count half as much as the one before. */
const wantedOf = (x: Value, shape: readonly number[], ...classes: number[]) => ({
  indices: integers(x, shape, ...classes),
  shares: constant(x.graph, { shape, data: Float32Array.from(classes, (_, place) => 2 ** -place) }),
});

describe('the gradient of', () => {
  it.each<[string, Shapes, Build]>([
    ['add', { a: [2, 3], b: [3] }, ({ a, b }) => add(a!, b!)],
    ['subtract', { a: [2, 1], b: [2, 3] }, ({ a, b }) => subtract(a!, b!)],
    ['multiply', { a: [2, 3], b: [2, 1] }, ({ a, b }) => multiply(a!, b!)],
    ['multiply of a value with itself', { a: [4] }, ({ a }) => multiply(a!, a!)],
    ['tanh', { a: [5] }, ({ a }) => tanh(a!)],
    ['matmul', { a: [2, 3], b: [3, 4] }, ({ a, b }) => matmul(a!, b!)],
    ['matmul of batches', { a: [2, 2, 3], b: [2, 3, 2] }, ({ a, b }) => matmul(a!, b!)],
    ['matmul of a batch and one', { a: [2, 2, 3], b: [3, 2] }, ({ a, b }) => matmul(a!, b!)],
    ['maximum', { a: [2, 4, 3] }, ({ a }) => maximum(a!, 1)],
    ['softmax', { a: [2, 4] }, ({ a }) => softmax(a!)],
    ['reshape', { a: [2, 3] }, ({ a }) => reshape(a!, [3, 2])],
    ['transpose', { a: [2, 3, 2] }, ({ a }) => transpose(a!, [2, 0, 1])],
    ['padEnd', { a: [2, 3] }, ({ a }) => padEnd(a!, 1, 5)],
    ['concatenate', { a: [2, 3], b: [2, 1] }, ({ a, b }) => concatenate([a!, b!], 1)],
    ['reverseSequences', { a: [3, 2, 2] }, ({ a }) => reverseSequences(a!, integers(a!, [2], 3, 2))],
    ['pickTimesteps', { a: [3, 2, 2] }, ({ a }) => pickTimesteps(a!, integers(a!, [2, 2], 2, 0, 1, 1))],
    ['lookUp', { table: [4, 3] }, ({ table }) => lookUp(table!, integers(table!, [2, 3], 3, 0, 3, 3, 1, 0))],
    ['linear', { a: [2, 2, 3], table: [4, 3], bias: [4] }, ({ a, ...layer }) => linear(a!, layerOf(layer))],
    ['linear without bias', { a: [2, 3], table: [4, 3] }, ({ a, table }) => linear(a!, { table: table! })],
    ['crossEntropy', { a: [2, 2, 3] }, ({ a }) => crossEntropy(a!, wantedOf(a!, [2, 2], 2, 0, -1, 2)).loss],
    [
      'linearCrossEntropy',
      { a: [2, 2, 3], table: [4, 3], bias: [4] },
      ({ a, ...layer }) => linearCrossEntropy(a!, layerOf(layer), wantedOf(a!, [2, 2], 3, 0, -1, 3)).loss,
    ],
    [
      'a table that is embedding and output layer at once',
      { table: [4, 3], bias: [4] },
      ({ table, bias }) => {
        const read = tanh(lookUp(table!, integers(table!, [4], 0, 3, 3, 1)));
        return linearCrossEntropy(read, layerOf({ table, bias }), wantedOf(table!, [4], 3, 3, 1, 2)).loss;
      },
    ],
    [
      'adaptiveCrossEntropy',
      { x: [2, 2, 3], table: [4, 3], bias: [4], projection: [2, 3], rare: [3, 2] },
      ({ x, projection, rare, ...head }) => {
        const layer = { head: layerOf(head), tails: [{ projection: projection!, table: rare! }] };
        const tail = { places: integers(x!, [2], 3, 1), words: wantedOf(x!, [2], 2, 0) };
        return adaptiveCrossEntropy(x!, layer, { head: wantedOf(x!, [2, 2], 2, 3, -1, 3), tails: [tail] })
          .loss;
      },
    ],
    [
      'sampledCrossEntropy',
      { x: [2, 2, 3], table: [5, 3], bias: [5] },
      ({ x, ...layer }) => {
        const expectations = constant(x!.graph, { shape: [2], data: Float32Array.of(-0.5, -2) });
        const sampled = { samples: integers(x!, [2], 4, 1), expectations };
        return sampledCrossEntropy(x!, layerOf(layer), { ...wantedOf(x!, [2, 2], 4, 0, -1, 2), ...sampled })
          .loss;
      },
    ],
  ])('%s is the slope', async (_, shapes, build) => {
    expectSmall(await largestErrors(shapes, build));
  });

  it.each(CELLS)('a layer of %s cells is the slope', async (cell) => {
    const { gates, states, biasRows } = cellLayout(cell);
    const gated = gates.length * 3;
    const bias = biasRows === 1 ? [gated] : [biasRows, gated];
    const shapes = { x: [4, 2, 2], kernel: [2, gated], recurrentKernel: [3, gated], bias };
    const { step } = onnxCell(cell);
    const errors = await largestErrors(shapes, ({ x, kernel, recurrentKernel, bias }) => {
      const weights = { kernel: kernel!, recurrentKernel: recurrentKernel!, bias: bias! };
      return recurrentLayer({ step, stateCount: states.length }, x!, weights).outputs;
    });
    expectSmall(errors);
  });

  it.each(CELLS)('a layer of %s cells is the slope by the states that it starts from', async (cell) => {
    const { gates, states, biasRows } = cellLayout(cell);
    const gated = gates.length * 3;
    const bias = biasRows === 1 ? [gated] : [biasRows, gated];
    const initial = Object.fromEntries(states.map((state) => [state, [2, 3]]));
    const shapes = { x: [4, 2, 2], kernel: [2, gated], recurrentKernel: [3, gated], bias, ...initial };
    const { step } = onnxCell(cell);
    const errors = await largestErrors(shapes, ({ x, kernel, recurrentKernel, bias, ...start }) => {
      const given = { kernel: kernel!, recurrentKernel: recurrentKernel!, bias: bias! };
      const from = states.map((state) => start[state]!);
      return recurrentLayer({ step, stateCount: states.length }, x!, { ...given, initial: from }).outputs;
    });
    expectSmall(errors);
  });

  describe.each([...new Set([1, machineBlock])])(
    'convolutions of maps in blocks of %i channels:',
    (block) => {
      const linear = { activation: 'linear' } as const;

      it.each([
        ['few pixels', 3],
        ['many pixels', 16],
      ])('pointwise on %s is the slope', async (_, side) => {
        const shapes = { x: [1, 2, side, side], kernel: [3, 2], bias: [3] };
        const errors = await largestErrors(shapes, ({ x, kernel, bias }) =>
          fromBlocks(
            pointwise(toBlocks(x!, block), { kernel: kernel!, bias: bias!, ...linear }, block),
            3,
            block,
          ),
        );
        expectSmall(errors);
      });

      it.each([
        { side: 5, stride: 1, padding: { before: 1, after: 1 } },
        { side: 6, stride: 2, padding: { before: 0, after: 1 } },
        { side: 5, stride: 2, padding: { before: 1, after: 1 } },
      ] as const)('depthwise with $stride, $side is the slope', async ({ side, stride, padding }) => {
        const shapes = { x: [2, 3, side, side], kernel: [3, 1, 3, 3], bias: [3] };
        const errors = await largestErrors(shapes, ({ x, kernel, bias }) => {
          const options = { kernel: kernel!, bias: bias!, ...linear, stride, padding };
          return fromBlocks(depthwise(toBlocks(x!, block), options, block), 3, block);
        });
        expectSmall(errors);
      });

      it('full with stride 2 is the slope', async () => {
        const pixels = randomValues('pixels', 2 * 3 * 6 * 6);
        const errors = await largestErrors({ kernel: [4, 27], bias: [4] }, ({ kernel, bias }) => {
          const x = constant(kernel!.graph, { shape: [2, 3, 6, 6], data: pixels });
          const map = windows(x, { stride: 2, padding: { before: 0, after: 1 } }, block);
          return fromBlocks(pointwise(map, { kernel: kernel!, bias: bias!, ...linear }, block), 4, block);
        });
        expectSmall(errors);
      });

      it('relu6 passes gradients between 0 and 6 only', async () => {
        const graph = createGraph('test');
        const x = input(graph, { name: 'x', dtype: 'float32', shape: [1, 1, 2, 2] });
        const one = constant(graph, { shape: [1, 1], data: Float32Array.of(1) });
        const zero = constant(graph, { shape: [1], data: Float32Array.of(0) });
        const options = { kernel: one, bias: zero, activation: 'relu6' } as const;
        const y = fromBlocks(pointwise(toBlocks(x, block), options, block), 1, block);
        const factor = constant(graph, { shape: [1, 1, 2, 2], data: Float32Array.of(1, -2, 3, 4) });
        output('by_x', gradients({ value: y, gradient: factor }, [x])[0]!);
        const session = await open(graph);
        const feed = { data: Float32Array.of(-1, 1e-30, 5.999999, 6.5), shape: [1, 1, 2, 2] };
        expect((await session.run({ x: feed })).by_x).toEqual(Float32Array.of(0, -2, 3, 0));
        await session.release();
      });
    },
  );
});

describe('differentiating', () => {
  const value = () => input(createGraph('test'), { name: 'x', dtype: 'float32', shape: [2] });

  it('says which op no gradient passes through', () => {
    const x = value();
    const y = concatenate([isPositive(x), x], 0);
    expect(() => gradients({ value: isPositive(x), gradient: x }, [x])).toThrow('does not depend on x');
    expect(gradients({ value: y, gradient: y }, [x])[0]!.shape).toEqual([2]);
  });

  it('refuses a value that the loss does not depend on', () => {
    const x = value();
    const other = input(x.graph, { name: 'other', dtype: 'float32', shape: [2] });
    expect(() => gradients({ value: tanh(x), gradient: x }, [other])).toThrow('does not depend on other');
  });
});
