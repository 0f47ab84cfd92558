import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { TrainerOptions } from '../engine.js';
import type { Tensorflow } from './load.js';

/** Everything that is trained, and the optimizer's moments, each end to end in one tensor [elements]. */
export type AdamState = {
  readonly weights: Tensor1D;
  readonly firstMoment: Tensor1D;
  readonly secondMoment: Tensor1D;
};

/** See updateFactors of engine/update-factors.ts: a number for each of the weights, [elements]. */
export type WeightFactors = {
  /** All are 1 when absent. */
  readonly rates?: Tensor1D;
  readonly decays: Tensor1D;
  /** Given when the optimizer pulls. */
  readonly pull?: { readonly factors: Tensor1D; readonly to: Tensor1D };
};

export interface AdamUpdate {
  readonly state: AdamState;
  readonly gradient: Tensor1D;
  readonly factors: WeightFactors;
  /** Counts updates from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly optimizer: TrainerOptions['optimizer'];
}

/**
 * One step of AdamW (Loshchilov and Hutter 2019, algorithm 2, with the schedule within the learning rate):
 *
 *     m <- b1 m + (1 - b1) g             v <- b2 v + (1 - b2) g^2
 *     w <- w - rate ((m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon) + decay w + pull (w - start))
 *
 * It is the same for every element, so it runs once over all of them, not once a parameter.
 */
export function adamStep(tf: Tensorflow, update: AdamUpdate): AdamState {
  const { state, gradient, factors, step, learningRate } = update;
  const { beta1, beta2, epsilon, weightDecay, pull = 0 } = update.optimizer;
  const { rates, decays, pull: pulled } = factors;
  const firstMoment: Tensor1D = tf.add(tf.mul(state.firstMoment, beta1), tf.mul(gradient, 1 - beta1));
  const secondMoment: Tensor1D = tf.add(
    tf.mul(state.secondMoment, beta2),
    tf.mul(tf.square(gradient), 1 - beta2),
  );
  const mean = tf.div(firstMoment, 1 - beta1 ** step);
  const deviation = tf.sqrt(tf.div(secondMoment, 1 - beta2 ** step));
  const ofAll = tf.div(mean, tf.add(deviation, epsilon));
  const direction = rates ? tf.mul(ofAll, rates) : ofAll;
  const decay = tf.mul(tf.mul(state.weights, decays), weightDecay);
  const decayed = tf.add(direction, decay);
  const away = pulled && tf.mul(tf.mul(tf.sub(state.weights, pulled.to), pulled.factors), pull);
  const moved = away ? tf.add(decayed, away) : decayed;
  const weights: Tensor1D = tf.sub(state.weights, tf.mul(moved, learningRate));
  return { weights, firstMoment, secondMoment };
}

/** Scales a gradient down to the norm `clipNorm` where it is longer (Pascanu et al. 2013). */
export function clipByNorm(tf: Tensorflow, gradient: Tensor1D, clipNorm: number): Tensor1D {
  const norm = tf.sqrt(tf.sum(tf.square(gradient)));
  return tf.mul(gradient, tf.div(clipNorm, tf.maximum(norm, clipNorm)));
}
