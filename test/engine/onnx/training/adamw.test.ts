import { describe, expect, it } from 'vitest';
import type { TrainerOptions } from '../../../../src/engine/engine.js';
import { createGraph, type Graph, input } from '../../../../src/engine/onnx/graph.js';
import { OnnxSession } from '../../../../src/engine/onnx/session.js';
import { adamwUpdate, updateFeeds, type WeightFactors } from '../../../../src/engine/onnx/training/adamw.js';
import { random } from '../../../../src/random.js';

const runtime = await import('onnxruntime-node');

const ELEMENTS = 6;
/** The last two are biases. */
const DECAYS = Float32Array.of(1, 1, 1, 1, 0, 0);
const RATES = [0.1, 0.05, 0.2, 0.2, 0.01];

interface State {
  readonly weights: ArrayLike<number>;
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
}

const numbers = (...purpose: Array<string | number>) => {
  const stream = random(1, ...purpose);
  return Float32Array.from({ length: ELEMENTS }, () => stream.normal());
};

const start: State = {
  weights: numbers('weights'),
  first: new Float32Array(ELEMENTS),
  second: new Float32Array(ELEMENTS),
};

/** One update of a single array of weights. */
function updateGraph(
  optimizer: TrainerOptions['optimizer'],
  { clipNorm, factors }: { clipNorm: number; factors: WeightFactors },
): Graph {
  const graph = createGraph('update');
  const vector = (name: string) => input(graph, { name, dtype: 'float32', shape: [ELEMENTS] });
  const all = {
    weights: vector('weights'),
    gradient: vector('gradient'),
    prefix: '',
    factors,
  } as const;
  adamwUpdate([all], { optimizer, clipNorm });
  return graph;
}

/** The state after each step, as the graph computes it. */
async function steps(
  optimizer: TrainerOptions['optimizer'],
  update: { clipNorm: number; factors: WeightFactors },
): Promise<State[]> {
  const graph = updateGraph(optimizer, update);
  const session = await OnnxSession.open(runtime, graph, { threads: 1 });
  const states = [start];
  for (const [index, learningRate] of RATES.entries()) {
    const { weights, first, second } = states.at(-1)!;
    const feed = (values: ArrayLike<number>) => ({ data: Float32Array.from(values), shape: [ELEMENTS] });
    const next = await session.run({
      weights: feed(weights),
      first_moment: feed(first),
      second_moment: feed(second),
      gradient: feed(numbers('gradient', index)),
      ...updateFeeds(optimizer, { step: index + 1, learningRate }),
    });
    states.push({
      weights: next.next_weights!,
      first: next.next_first_moment!,
      second: next.next_second_moment!,
    });
  }
  await session.release();
  return states.slice(1);
}

/** The same in float64: Loshchilov and Hutter 2019, algorithm 2, after the clipping of Pascanu et al. 2013. */
function referenceOf(
  optimizer: TrainerOptions['optimizer'],
  { clipNorm, factors }: { clipNorm: number; factors: WeightFactors },
): State[] {
  const { beta1, beta2, epsilon, weightDecay, pull: pulls = 0 } = optimizer;
  const { rates, decays, pull } = factors;
  const states = [start];
  for (const [index, rate] of RATES.entries()) {
    const before = states.at(-1)!;
    const free = [...numbers('gradient', index)];
    const gradient = free.map((value) => value * Math.min(1, clipNorm / Math.hypot(...free)));
    const step = index + 1;
    const first = gradient.map((value, at) => beta1 * before.first[at]! + (1 - beta1) * value);
    const second = gradient.map((value, at) => beta2 * before.second[at]! + (1 - beta2) * value ** 2);
    const weights = Array.from(before.weights, (weight, at) => {
      const mean = first[at]! / (1 - beta1 ** step);
      const deviation = Math.sqrt(second[at]! / (1 - beta2 ** step));
      const direction = (rates?.[at] ?? 1) * (mean / (deviation + epsilon));
      const decay = weightDecay * decays[at]! * weight;
      const pulled = pull ? pulls * pull.factors[at]! * (weight - pull.to[at]!) : 0;
      return weight - rate * (direction + decay + pulled);
    });
    states.push({ weights, first, second });
  }
  return states.slice(1);
}

describe('an update', () => {
  const optimizer = { beta1: 0.9, beta2: 0.95, epsilon: 1e-3, weightDecay: 0 };
  const decays = { decays: DECAYS };
  const pull = { factors: Float32Array.of(1, 0.5, 0, 0, 1, 0.5), to: numbers('pulled to') };

  it.each<[string, TrainerOptions['optimizer'], number, WeightFactors]>([
    ['of Adam', optimizer, 1e9, decays],
    ['of AdamW, which spares biases', { ...optimizer, weightDecay: 0.2 }, 1e9, decays],
    ['by gradients that are clipped', optimizer, 0.5, decays],
    ['by the gradient alone', { beta1: 0, beta2: 0, epsilon: 1, weightDecay: 0.1 }, 1, decays],
    ['at rates of their own', optimizer, 1e9, { ...decays, rates: Float32Array.of(1, 1, 0.5, 0.1, 1, 0.5) }],
    ['of some that are pulled', { ...optimizer, weightDecay: 0.2, pull: 0.3 }, 1e9, { ...decays, pull }],
  ])('%s is that of the paper', async (_, settings, clipNorm, factors) => {
    const update = { clipNorm, factors };
    const [ours, theirs] = [await steps(settings, update), referenceOf(settings, update)];
    for (const [step, expected] of theirs.entries()) {
      for (const part of ['weights', 'first', 'second'] as const) {
        Array.from(expected[part]).forEach((value, at) => {
          expect(Math.abs(ours[step]![part][at]! - value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
        });
      }
    }
  });

  it('of weights in two parts is that of both as one', async () => {
    const graph = createGraph('update');
    const settings = { ...optimizer, weightDecay: 0.2 };
    const vector = (name: string) => input(graph, { name, dtype: 'float32', shape: [3] });
    const rows = (name: string) => input(graph, { name, dtype: 'float32', shape: ['rows', 1] });
    adamwUpdate(
      [
        { weights: vector('weights'), gradient: vector('gradient'), prefix: '' },
        { weights: rows('rows_weights'), gradient: rows('rows_gradient'), prefix: 'rows_' },
      ],
      { optimizer: settings, clipNorm: 0.5 },
    );
    const session = await OnnxSession.open(runtime, graph, { threads: 1 });
    const feeds = Object.entries({ weights: numbers('weights'), gradient: numbers('gradient', 0) });
    const zeros = new Float32Array(3);
    const next = await session.run({
      ...Object.fromEntries(feeds.map(([name, data]) => [name, { data: data.subarray(0, 3), shape: [3] }])),
      ...Object.fromEntries(
        feeds.map(([name, data]) => [`rows_${name}`, { data: data.slice(3), shape: [3, 1] }]),
      ),
      first_moment: { data: zeros, shape: [3] },
      second_moment: { data: zeros, shape: [3] },
      rows_first_moment: { data: zeros, shape: [3, 1] },
      rows_second_moment: { data: zeros, shape: [3, 1] },
      ...updateFeeds(settings, { step: 1, learningRate: RATES[0]! }),
    });
    await session.release();
    const factors = { decays: new Float32Array(ELEMENTS).fill(1) };
    const [expected] = referenceOf(settings, { clipNorm: 0.5, factors });
    const found = [...next.next_weights!, ...next.rows_next_weights!];
    found.forEach((value, at) => {
      expect(Math.abs(value - expected!.weights[at]!)).toBeLessThan(1e-6);
    });
  });

  it('moves nothing when the gradient is zero and nothing decays', async () => {
    const graph = updateGraph(optimizer, { clipNorm: 1, factors: decays });
    const session = await OnnxSession.open(runtime, graph, { threads: 1 });
    const zeros = () => ({ data: new Float32Array(ELEMENTS), shape: [ELEMENTS] });
    const { next_weights } = await session.run({
      weights: { data: numbers('weights'), shape: [ELEMENTS] },
      first_moment: zeros(),
      second_moment: zeros(),
      gradient: zeros(),
      ...updateFeeds(optimizer, { step: 1, learningRate: 1 }),
    });
    await session.release();
    expect(next_weights).toEqual(numbers('weights'));
  });
});
