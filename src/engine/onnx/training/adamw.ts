import type { TrainerOptions } from '../../engine.js';
import { constant, type Graph, input, output, type Value } from '../graph.js';
import { add, clip, divide, multiply, scalar, squareRoot, subtract } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import type { Feed } from '../session.js';

/** What one update needs to know of the training. */
export interface UpdateOptions {
  readonly optimizer: TrainerOptions['optimizer'];
  readonly clipNorm: number;
  /** float32 [elements]: see decayMask of parameter-layout.ts. */
  readonly decayMask: Float32Array;
}

/**
 * Clips the gradient [elements] to a norm and makes one step of AdamW (Loshchilov and Hutter 2019):
 *
 *     m' = m + (1 - b1) (g - m)        v' = v + (1 - b2) (g^2 - v)
 *     w' = w - rate m' / (1 - b1^t) / (sqrt(v' / (1 - b2^t)) + epsilon) - rate decay w
 *
 * Declares the inputs `first_moment`, `second_moment` [elements] and those of updateFeeds; its outputs are
 * `next_weights`, `next_first_moment` and `next_second_moment`.
 */
export function adamwUpdate(weights: Value, gradient: Value, options: UpdateOptions): void {
  const { graph, shape } = weights;
  const { optimizer, clipNorm, decayMask } = options;
  const moment = (name: string) => input(graph, { name, dtype: 'float32', shape });
  const toward = (old: Value, target: Value, share: number) =>
    add(old, multiply(subtract(target, old), scalar(old, share)));
  const clipped = clipToNorm(gradient, clipNorm);
  const first = toward(moment('first_moment'), clipped, 1 - optimizer.beta1);
  const second = toward(moment('second_moment'), multiply(clipped, clipped), 1 - optimizer.beta2);
  const deviation = squareRoot(multiply(second, number(graph, 'second_correction')));
  const step = divide(
    multiply(first, number(graph, 'corrected_rate')),
    add(deviation, scalar(deviation, optimizer.epsilon)),
  );
  const moved = subtract(weights, step);
  output('next_weights', optimizer.weightDecay > 0 ? decayed(moved, weights, decayMask) : moved);
  output('next_first_moment', first);
  output('next_second_moment', second);
}

/** The inputs that change from step to step; `step` counts from 1. */
export function updateFeeds(
  { beta1, beta2, weightDecay }: TrainerOptions['optimizer'],
  { step, learningRate }: { step: number; learningRate: number },
): Record<string, Feed> {
  const feed = (value: number): Feed => ({ data: Float32Array.of(value), shape: [] });
  return {
    corrected_rate: feed(learningRate / (1 - beta1 ** step)),
    second_correction: feed(1 / (1 - beta2 ** step)),
    ...(weightDecay > 0 ? { decay: feed(learningRate * weightDecay) } : {}),
  };
}

/** Pascanu et al. 2013. */
function clipToNorm(gradient: Value, clipNorm: number): Value {
  const norm = squareRoot(sum(multiply(gradient, gradient), [0]));
  return multiply(gradient, clip(divide(scalar(norm, clipNorm), norm), 0, 1));
}

function decayed(moved: Value, weights: Value, mask: Float32Array): Value {
  const decays = constant(weights.graph, { shape: [mask.length], data: mask });
  return subtract(moved, multiply(multiply(weights, decays), number(weights.graph, 'decay')));
}

const number = (graph: Graph, name: string): Value => input(graph, { name, dtype: 'float32', shape: [] });
