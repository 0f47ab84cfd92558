import { describe, expect, it } from 'vitest';
import { gradients } from '../../../../src/engine/onnx/differentiate.js';
import {
  constant,
  createGraph,
  type Graph,
  input,
  output,
  type Shape,
} from '../../../../src/engine/onnx/graph.js';
import { wantedFeeds } from '../../../../src/engine/onnx/index-feeds.js';
import { crossEntropy, total } from '../../../../src/engine/onnx/ops/cross-entropy.js';
import { lookUp } from '../../../../src/engine/onnx/ops/embedding.js';
import { linear } from '../../../../src/engine/onnx/ops/linear.js';
import {
  linearCrossEntropy,
  linearLogProbabilities,
} from '../../../../src/engine/onnx/ops/linear-cross-entropy.js';
import { type Feed, OnnxSession } from '../../../../src/engine/onnx/session.js';
import { IGNORED } from '../../../../src/network/losses.js';
import { random } from '../../../../src/random.js';
import { runGraph } from '../../../support/run-graph.js';

const runtime = await import('onnxruntime-node');

const floats = (graph: Graph, name: string, shape: Shape) => input(graph, { name, dtype: 'float32', shape });
const integers = (graph: Graph, name: string, shape: Shape) => input(graph, { name, dtype: 'int32', shape });

function normal(purpose: string, shape: readonly number[], scale = 1): Feed {
  const stream = random(1, purpose);
  const length = shape.reduce((product, size) => product * size, 1);
  return { data: Float32Array.from({ length }, () => stream.normal() * scale), shape };
}

function below(limit: number, shape: readonly number[]): Int32Array {
  const stream = random(1, 'indices');
  const length = shape.reduce((product, size) => product * size, 1);
  return Int32Array.from({ length }, () => Math.floor(limit * stream.float() ** 3));
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((largest, value, index) => Math.max(largest, Math.abs(value - b[index]!)), 0);

describe('looking up rows of a table', () => {
  it('reads any number of them in any axes', async () => {
    const graph = createGraph('test');
    const table = constant(graph, { shape: [3, 2], data: Float32Array.of(0, 1, 10, 11, 20, 21) });
    const y = lookUp(table, integers(graph, 'indices', ['batch', 'timesteps']));
    expect(y.shape).toEqual(['batch', 'timesteps', 2]);
    output('y', y);
    const results = await runGraph(graph, { indices: { data: Int32Array.of(2, 2, 0), shape: [1, 3] } });
    expect(results.y).toEqual(Float32Array.of(20, 21, 20, 21, 0, 1));
  });

  it('is refused past the end of the table', async () => {
    const graph = createGraph('test');
    const table = constant(graph, { shape: [3, 1], data: Float32Array.of(0, 1, 2) });
    output('y', lookUp(table, integers(graph, 'indices', [1])));
    const refused = runGraph(graph, { indices: { data: Int32Array.of(3), shape: [1] } });
    await expect(refused).rejects.toThrow('idx=3 must be within the inclusive range [-3,2]');
  });

  // Two rows, thousands of times each, and again and again: an op whose threads add to one row at the same time loses
  // some of the sums, but not in every run.
  it('adds up the gradients of a row that is looked up many times', async () => {
    const [rows, width, places] = [2, 64, [64, 64]];
    const graph = createGraph('test');
    const table = floats(graph, 'table', [rows, width]);
    const y = lookUp(table, integers(graph, 'indices', ['timesteps', 'batch']));
    const gradient = floats(graph, 'gradient', y.shape);
    output('by_table', gradients({ value: y, gradient }, [table])[0]!);
    const indices = below(rows, places);
    const factors = normal('factors', [...places, width]);
    const expected = new Float64Array(rows * width);
    factors.data.forEach((value, place) => {
      expected[indices[Math.floor(place / width)]! * width + (place % width)]! += value;
    });
    const feeds = {
      table: normal('table', [rows, width]),
      indices: { data: indices, shape: places },
      gradient: factors,
    };
    const session = await OnnxSession.open(runtime, graph, { threads: 2 });
    for (let turn = 0; turn < 200; turn++) {
      const { by_table } = await session.run(feeds);
      expect(largestDifference(by_table!, expected)).toBeLessThan(1e-3);
    }
    await session.release();
  });
});

describe('cross-entropy by class index', () => {
  async function lossAndGradient(logits: Feed, classes: Int32Array, shares: Record<string, Feed> = {}) {
    const graph = createGraph('test');
    const x = floats(graph, 'logits', ['places', logits.shape[1]!]);
    const wanted = {
      indices: integers(graph, 'indices', ['places']),
      shares: floats(graph, 'shares', ['places']),
    };
    const { loss, hits } = crossEntropy(x, wanted);
    const one = constant(graph, { shape: [], data: Float32Array.of(1) });
    output('loss', loss);
    output('correct', total(hits));
    output('by_logits', gradients({ value: loss, gradient: one }, [x])[0]!);
    const options = { shape: [classes.length], classes: logits.shape[1]! };
    return runGraph(graph, { logits, ...wantedFeeds(classes, options), ...shares });
  }

  it('is exact for logits whose probability rounds to 0', async () => {
    const logits = { data: Float32Array.of(1000, 0, -1000, 3, 3, -1000), shape: [2, 3] };
    const { loss, by_logits } = await lossAndGradient(logits, Int32Array.of(1, 0));
    expect(loss![0]).toBeCloseTo((1000 + Math.log(2)) / 2, 3);
    expect(largestDifference(by_logits!, [0.5, -0.5, 0, -0.25, 0.25, 0])).toBeLessThan(1e-7);
  });

  it('leaves ignored places out of loss and gradient', async () => {
    const logits = { data: Float32Array.of(1, 2, 5, 1), shape: [2, 2] };
    const { loss, correct, by_logits } = await lossAndGradient(logits, Int32Array.of(0, IGNORED));
    expect([...correct!]).toEqual([0]);
    expect(loss![0]).toBeCloseTo(Math.log(1 + Math.E), 6);
    expect(by_logits!.slice(2)).toEqual(new Float32Array(2));
  });

  it('leaves them out whatever share they are given', async () => {
    const logits = { data: Float32Array.of(1, 2, 5, 1), shape: [2, 2] };
    const classes = Int32Array.of(0, IGNORED);
    const shares = { shares: { data: Float32Array.of(1, 1), shape: [2] } };
    expect(await lossAndGradient(logits, classes, shares)).toEqual(await lossAndGradient(logits, classes));
  });

  it('counts the places whose largest logit is that of their class', async () => {
    const logits = { data: Float32Array.of(1, 2, 5, 1, 0, 0.5, 3, 4), shape: [4, 2] };
    const { correct } = await lossAndGradient(logits, Int32Array.of(1, 1, 1, IGNORED));
    expect([...correct!]).toEqual([2]);
  });

  it('is 0 where all places are ignored', async () => {
    const ignored = new Int32Array(2).fill(IGNORED);
    const { loss, by_logits } = await lossAndGradient(normal('logits', [2, 3]), ignored);
    expect(Math.abs(loss![0]!)).toBe(0);
    expect(by_logits!.every((value) => value === 0)).toBe(true);
  });
});

describe('cross-entropy of a linear layer, in chunks', () => {
  const [classes, width] = [3000, 8];
  type Loss = typeof linearCrossEntropy;

  async function results(build: Loss, places: readonly [number, number]) {
    const graph = createGraph('test');
    const leading = ['timesteps', 'batch'];
    const x = floats(graph, 'x', [...leading, width]);
    const layer = { table: floats(graph, 'table', [classes, width]), bias: floats(graph, 'bias', [classes]) };
    const wanted = { indices: integers(graph, 'indices', leading), shares: floats(graph, 'shares', leading) };
    const { loss, hits } = build(x, layer, wanted);
    const gradient = constant(graph, { shape: [], data: Float32Array.of(2) });
    const by = gradients({ value: loss, gradient }, [x, layer.table, layer.bias]);
    for (const [index, value] of [loss, ...by, total(hits)].entries()) output(`result_${index}`, value);
    const drawn = below(classes, places).map((index, place) => (place % 7 === 3 ? IGNORED : index));
    const feeds = {
      x: normal('x', [...places, width]),
      table: normal('table', [classes, width]),
      bias: normal('bias', [classes]),
      ...wantedFeeds(drawn, { shape: places, classes }),
    };
    return Object.values(await runGraph(graph, feeds));
  }

  // Of the last, two chunks, the second of which is one place short.
  it.each<[number, number]>([
    [1, 1],
    [3, 4],
    [17, 59],
  ])('is that of its logits, as are its gradients: %i x %i places', async (...places) => {
    const inChunks = await results(linearCrossEntropy, places);
    const ofLogits = await results((x, layer, wanted) => crossEntropy(linear(x, layer), wanted), places);
    expect(inChunks[0]![0]).toBeCloseTo(ofLogits[0]![0]!, 5);
    for (const [index, gradient] of inChunks.slice(1).entries()) {
      const expected = ofLogits[index + 1]!;
      expect(gradient.length).toBe(expected.length);
      const largest = Math.max(...expected.map(Math.abs));
      expect(largestDifference(gradient, expected)).toBeLessThanOrEqual(1e-5 * largest);
    }
  });

  it('is 0 of no places', async () => {
    const [loss, byX, ...others] = await results(linearCrossEntropy, [0, 4]);
    expect(Math.abs(loss![0]!)).toBe(0);
    expect(byX!.length).toBe(0);
    for (const gradient of others) expect(gradient.every((value) => value === 0)).toBe(true);
  });

  it('goes with log-probabilities that are those of a distribution over all classes', async () => {
    const graph = createGraph('test');
    const x = floats(graph, 'x', ['batch', width]);
    const layer = { table: floats(graph, 'table', [classes, width]), bias: floats(graph, 'bias', [classes]) };
    output('found', linearLogProbabilities(x, layer, integers(graph, 'indices', ['batch'])));
    const one = normal('x', [1, width]).data;
    const { found } = await runGraph(graph, {
      x: {
        data: Float32Array.from({ length: classes * width }, (_, place) => one[place % width]!),
        shape: [classes, width],
      },
      table: normal('table', [classes, width]),
      bias: normal('bias', [classes]),
      indices: { data: Int32Array.from({ length: classes }, (_, index) => index), shape: [classes] },
    });
    const total = found!.reduce((sum, value) => sum + Math.exp(value), 0);
    expect(found!.length).toBe(classes);
    expect(total).toBeCloseTo(1, 5);
  });
});

describe('an op on tokens that is given what it cannot work on names itself and the shapes', () => {
  const graph = createGraph('test');
  const value = (...shape: Shape) => floats(graph, 'v', shape);
  const index = (...shape: Shape) => integers(graph, 'i', shape);
  const layer = { table: value(5, 2) };

  it.each<[string, () => unknown, string]>([
    [
      'lookUp of floats',
      () => lookUp(value(5, 2), value(3)),
      'Gather was given v float32 [5, 2], v float32 [3]',
    ],
    [
      'lookUp in a table of unknown width',
      () => lookUp(value(2, 'width'), index(3)),
      'Gather was given v float32 [2, width]',
    ],
    [
      'linear of another width',
      () => linear(value(4, 3), layer),
      'linear layer was given v float32 [4, 3], v float32 [5, 2]',
    ],
    [
      'linear with a bias of another size',
      () => linear(value(4, 2), { ...layer, bias: value(4) }),
      'linear layer was given',
    ],
    [
      'crossEntropy with other places',
      () => crossEntropy(value(4, 3), { indices: index(3), shares: value(3) }),
      'cross-entropy was given v float32 [4, 3], i int32 [3]',
    ],
    [
      'crossEntropy without a share each',
      () => crossEntropy(value(4, 3), { indices: index(4), shares: value(1) }),
      'expects a float32 share for each index',
    ],
    [
      'linearCrossEntropy of another width',
      () => linearCrossEntropy(value(4, 3), layer, { indices: index(4), shares: value(4) }),
      'linear cross-entropy was given v float32 [4, 3], v float32 [5, 2]',
    ],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(message);
  });
});
