import type { TrainerOptions } from '../../engine.js';
import { constant, type Graph, input, output, type Value } from '../graph.js';
import { add, clip, divide, multiply, scalar, squareRoot, subtract } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import type { Feed } from '../session.js';

/** What one update needs to know of the training. */
export interface UpdateOptions {
  readonly optimizer: TrainerOptions['optimizer'];
  readonly clipNorm: number;
}

/** Weights that are updated together, of any shape. */
export interface UpdatedWeights {
  readonly weights: Value;
  readonly gradient: Value;
  /** What the names of its inputs and outputs have before them. */
  readonly prefix: string;
  /** All move by the same rate and decay when absent. */
  readonly factors?: WeightFactors | undefined;
}

/** See updateFactors of engine/update-factors.ts: a number for each of the weights, float32 [elements]. */
export interface WeightFactors {
  /** All are 1 when absent. */
  readonly rates?: Float32Array | undefined;
  readonly decays: Float32Array;
  /** Given when the optimizer pulls. */
  readonly pull?: { readonly factors: Float32Array; readonly to: Float32Array } | undefined;
}

/**
 * Clips all gradients together to a norm and makes one step of AdamW (Loshchilov and Hutter 2019):
 *
 *     m' = m + (1 - b1) (g - m)        v' = v + (1 - b2) (g^2 - v)
 *     w' = w - rate m' / (1 - b1^t) / (sqrt(v' / (1 - b2^t)) + epsilon) - rate decay w - rate pull (w - start)
 *
 * Declares the inputs `first_moment`, `second_moment` of the weights' shape and those of updateFeeds; its outputs are
 * `next_weights`, `next_first_moment` and `next_second_moment`. All but updateFeeds' begin with the prefix.
 */
export function adamwUpdate(
  all: readonly [UpdatedWeights, ...UpdatedWeights[]],
  options: UpdateOptions,
): void {
  const { optimizer } = options;
  const { graph } = all[0].weights;
  const factor = clipFactor(all, options.clipNorm);
  const rates = {
    corrected: number(graph, 'corrected_rate'),
    secondCorrection: number(graph, 'second_correction'),
    decay: optimizer.weightDecay > 0 ? number(graph, 'decay') : null,
    pull: isPulling(optimizer) ? number(graph, 'pull') : null,
  };
  for (const { weights, gradient, prefix, factors } of all) {
    const { shape } = weights;
    const moment = (name: string) => input(graph, { name: `${prefix}${name}`, dtype: 'float32', shape });
    const clipped = multiply(gradient, factor);
    const first = toward(moment('first_moment'), clipped, 1 - optimizer.beta1);
    const second = toward(moment('second_moment'), multiply(clipped, clipped), 1 - optimizer.beta2);
    const deviation = squareRoot(multiply(second, rates.secondCorrection));
    const divisor = add(deviation, scalar(deviation, optimizer.epsilon));
    const step = divide(multiply(first, rates.corrected), divisor);
    const moved = subtract(weights, factors?.rates ? multiply(step, ofEach(weights, factors.rates)) : step);
    const { decay, pull } = rates;
    const decayed = decay ? subtract(moved, decayOf(weights, { decay, factors })) : moved;
    const next =
      pull && factors?.pull ? subtract(decayed, pullOf(weights, { pull, ...factors.pull })) : decayed;
    output(`${prefix}next_weights`, next);
    output(`${prefix}next_first_moment`, first);
    output(`${prefix}next_second_moment`, second);
  }
}

/** The inputs that change from step to step; `step` counts from 1. */
export function updateFeeds(
  optimizer: TrainerOptions['optimizer'],
  { step, learningRate }: { step: number; learningRate: number },
): Record<string, Feed> {
  const { beta1, beta2, weightDecay, pull = 0 } = optimizer;
  const feed = (value: number): Feed => ({ data: Float32Array.of(value), shape: [] });
  return {
    corrected_rate: feed(learningRate / (1 - beta1 ** step)),
    second_correction: feed(1 / (1 - beta2 ** step)),
    ...(weightDecay > 0 ? { decay: feed(learningRate * weightDecay) } : {}),
    ...(isPulling(optimizer) ? { pull: feed(learningRate * pull) } : {}),
  };
}

/** What gradients are multiplied with, [1]: Pascanu et al. 2013. */
function clipFactor(
  [first, ...others]: readonly [UpdatedWeights, ...UpdatedWeights[]],
  clipNorm: number,
): Value {
  const total = others.reduce(
    (squares, { gradient }) => add(squares, sumOfSquares(gradient)),
    sumOfSquares(first.gradient),
  );
  const norm = squareRoot(total);
  return clip(divide(scalar(norm, clipNorm), norm), 0, 1);
}

const sumOfSquares = (gradient: Value): Value =>
  reshape(sum(multiply(gradient, gradient), [...gradient.shape.keys()]), [1]);

const toward = (old: Value, target: Value, share: number): Value =>
  add(old, multiply(subtract(target, old), scalar(old, share)));

function decayOf(
  weights: Value,
  { decay, factors }: { decay: Value; factors: WeightFactors | undefined },
): Value {
  return multiply(factors ? multiply(weights, ofEach(weights, factors.decays)) : weights, decay);
}

function pullOf(
  weights: Value,
  { pull, factors, to }: { pull: Value; factors: Float32Array; to: Float32Array },
): Value {
  const away = subtract(weights, ofEach(weights, to));
  return multiply(multiply(away, ofEach(weights, factors)), pull);
}

/** A number for each of the weights. */
const ofEach = ({ graph }: Value, data: Float32Array): Value =>
  constant(graph, { shape: [data.length], data });

const isPulling = ({ pull = 0 }: TrainerOptions['optimizer']): boolean => pull > 0;

const number = (graph: Graph, name: string): Value => input(graph, { name, dtype: 'float32', shape: [] });
