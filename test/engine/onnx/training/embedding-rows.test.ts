import { describe, expect, it } from 'vitest';
import { createGraph, input } from '../../../../src/engine/onnx/graph.js';
import { type Feed, OnnxSession } from '../../../../src/engine/onnx/session.js';
import { adamwUpdate, updateFeeds } from '../../../../src/engine/onnx/training/adamw.js';
import { EmbeddingRows } from '../../../../src/engine/onnx/training/embedding-rows.js';
import { collate } from '../../../../src/inputs/batches.js';
import { random } from '../../../../src/random.js';
import { requireTensor, type Weights } from '../../../../src/tensors/tensor.js';

const runtime = await import('onnxruntime-node');

const [tokens, width] = [8, 3];
const spec = { name: 'table', shape: [tokens, width] };
const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };
/** As train/optimizer.ts makes it of AdamW, which multiplies learning rates with 1e8 for it. */
const sgd = { beta1: 0, beta2: 0.999, epsilon: 1e8, weightDecay: 0.01 / 1e8 };
const rateOf = (step: number) => 3e-3 * Math.min(1, step / 50) * (step % 7 === 0 ? 0.5 : 1);

/** Token t is read in one step of 2^t on average; the last is never read. */
function readIn(step: number): number[] {
  const stream = random(1, 'read', step);
  const read = Array.from({ length: tokens - 1 }, (_, token) => token);
  return read.filter((token) => token === 0 || stream.float() < 2 ** -token);
}

function gradientOf(step: number, token: number): Float32Array {
  const stream = random(1, 'gradient', step, token);
  return Float32Array.from({ length: width }, () => 1e-3 * (stream.normal() + 0.3));
}

function initial(): Weights {
  const stream = random(1, 'table');
  const data = Float32Array.from({ length: tokens * width }, () => stream.normal());
  return new Map([['table', { shape: [tokens, width], data }]]);
}

/** AdamW as Loshchilov and Hutter 2019 have it, over the whole table after so many steps, in float64. */
function wholeTable(steps: number): Float64Array[] {
  const weights = Float64Array.from(requireTensor(initial(), 'table').data);
  const [first, second] = [new Float64Array(weights.length), new Float64Array(weights.length)];
  const { beta1, beta2, epsilon, weightDecay } = adam;
  for (let step = 1; step <= steps; step++) {
    const slopes = new Float64Array(weights.length);
    for (const token of readIn(step)) slopes.set(gradientOf(step, token), token * width);
    for (const [place, slope] of slopes.entries()) {
      first[place] = beta1 * first[place]! + (1 - beta1) * slope;
      second[place] = beta2 * second[place]! + (1 - beta2) * slope ** 2;
      const deviation = Math.sqrt(second[place] / (1 - beta2 ** step)) + epsilon;
      const direction = first[place] / (1 - beta1 ** step) / deviation;
      weights[place]! -= rateOf(step) * (direction + weightDecay * weights[place]!);
    }
  }
  return [weights, first, second];
}

/** Steps of a table's rows as a training makes them. */
async function openSteps(
  optimizer = adam,
  rateFactor = 1,
): Promise<{
  step: (rows: EmbeddingRows, step: number) => Promise<void>;
  release: () => Promise<void>;
}> {
  const graph = createGraph('update');
  const value = (name: string) => input(graph, { name, dtype: 'float32', shape: ['rows', width] });
  const update = { weights: value('rows_weights'), gradient: value('gradient'), prefix: 'rows_' } as const;
  adamwUpdate([update], { optimizer, clipNorm: 1e9 });
  const session = await OnnxSession.open(runtime, graph, { threads: 1 });
  const step = async (rows: EmbeddingRows, count: number) => {
    const data = Int32Array.from(readIn(count));
    const selection = rows.select(collate([{ kind: 'tokens', data, timesteps: data.length }]));
    const gradients = selection.rows.flatMap((token) => [...gradientOf(count, token)]);
    const learningRate = rateFactor * rateOf(count);
    const results = await session.run({
      ...rows.feeds(selection),
      ...updateFeeds(optimizer, { step: count, learningRate }),
      gradient: { data: Float32Array.from(gradients), shape: [data.length, width] },
    });
    rows.store(selection, { results, learningRate });
  };
  return { step, release: () => session.release() };
}

const opened = (optimizer = adam) => new EmbeddingRows({ spec, of: 'sequence' }, initial(), optimizer);

/** Weights and moments as a step that reads all rows is fed them. */
function upToDate(rows: EmbeddingRows): Record<string, Feed> {
  const data = Int32Array.from({ length: tokens }, (_, token) => token);
  return rows.feeds(rows.select(collate([{ kind: 'tokens', data, timesteps: tokens }])));
}

function expectWholeTable(rows: EmbeddingRows, steps: number): void {
  const exported = requireTensor(rows.weights(), 'table').data;
  const fed = upToDate(rows);
  expect(fed.rows_weights!.data).toEqual(exported);
  const names = ['rows_weights', 'rows_first_moment', 'rows_second_moment'];
  for (const [index, expected] of wholeTable(steps).entries()) {
    const { data } = fed[names[index]!]!;
    const largest = Math.max(...expected.map(Math.abs));
    for (const [place, value] of data.entries()) {
      expect(Math.abs(value - expected[place]!) / largest, `${names[index]} ${place}`).toBeLessThan(1e-5);
    }
  }
}

describe('the rows of an embedding that steps read', () => {
  it('come to what AdamW over the whole table comes to', async () => {
    const rows = opened();
    const { step, release } = await openSteps();
    for (let count = 1; count <= 900; count++) await step(rows, count);
    await release();
    expectWholeTable(rows, 900);
  });

  it.each([
    ['Adam', adam, 1],
    ['SGD', sgd, 1e8],
  ] as const)(
    'go on to the same by %s, to the bit, whoever asks for their state or restores it on the way',
    async (_, optimizer, rateFactor) => {
      const { step, release } = await openSteps(optimizer, rateFactor);
      const [alone, asked] = [opened(optimizer), opened(optimizer)];
      let restored = opened(optimizer);
      for (let count = 1; count <= 200; count++) {
        for (const rows of [alone, asked, restored]) await step(rows, count);
        const state = asked.state();
        if (count % 90 === 0) for (const rows of [alone, asked, restored]) rows.weights();
        if (count % 40 > 2) continue;
        restored = opened(optimizer);
        restored.restore(count % 90 === 0 ? asked.state() : state, count);
      }
      await release();
      expect(asked.state()).toEqual(alone.state());
      expect(restored.state()).toEqual(alone.state());
      expect(restored.weights()).toEqual(alone.weights());
      expect(upToDate(restored)).toEqual(upToDate(alone));
    },
  );

  it('are up to date when a step reads them', async () => {
    const rows = opened();
    const { step, release } = await openSteps();
    for (let count = 1; count <= 50; count++) await step(rows, count);
    const data = Int32Array.of(5);
    const fed = rows.feeds(rows.select(collate([{ kind: 'tokens', data, timesteps: 1 }])));
    const expected = wholeTable(50)[0]!.subarray(5 * width, 6 * width);
    for (const [index, value] of fed.rows_weights!.data.entries())
      expect(value).toBeCloseTo(expected[index]!, 5);
    await release();
  });
});
