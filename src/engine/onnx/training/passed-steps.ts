import type { TrainerOptions } from '../../engine.js';

/**
 * What steps of AdamW do to a row of weights that has no gradient in them, for all of them at once. Its first moment m
 * falls as b1^k and its second one v as b2^k, so that the row moves by m / sqrt(v) times a sum that is the same for all
 * of it; and weights decay.
 *
 * This is what the steps come to one by one, but for rounding, for epsilon, which is held at what it is in the first of
 * them (1e-8 against square roots of v), and for terms of the sum below 1e-9 of its first.
 */
export class PassedSteps {
  readonly #optimizer: TrainerOptions['optimizer'];
  readonly #learningRates: number[] = [];
  /** Of each step: what m / sqrt(v) is multiplied with, and what remains of a weight. */
  readonly #rates: number[] = [];
  readonly #kept: number[] = [];
  /** The logarithm of what remains of a weight after so many of the steps. */
  readonly #logKept: number[] = [0];

  /** @param learningRates Those of the steps so far. */
  constructor(optimizer: TrainerOptions['optimizer'], learningRates: Float32Array) {
    this.#optimizer = optimizer;
    for (const learningRate of learningRates) this.add(learningRate);
  }

  /** The number of the last step, counted from 1. */
  get last(): number {
    return this.#rates.length;
  }

  /** Of all steps, as the constructor takes them: what this knows follows from them to the bit. */
  get learningRates(): Float32Array {
    return Float32Array.from(this.#learningRates);
  }

  add(learningRate: number): void {
    const { beta1, beta2, weightDecay } = this.#optimizer;
    const step = this.last + 1;
    const rate = Math.fround(learningRate);
    const kept = 1 - rate * weightDecay;
    this.#learningRates.push(rate);
    this.#rates.push((rate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step));
    this.#kept.push(kept);
    this.#logKept.push(this.#logKept.at(-1)! + Math.log(kept));
  }

  /** The effect of all steps after that of number `from`, by the moments that a row had then. */
  since(from: number): RowEffect {
    const { beta1, beta2, epsilon } = this.#optimizer;
    const steps = this.last;
    const fading = beta1 / Math.sqrt(beta2);
    let [moved, share, index] = [0, fading, from];
    while (index < steps && share >= SMALLEST_TERM * fading && share > 0) {
      moved = moved * this.#kept[index]! + this.#rates[index]! * share;
      share *= fading;
      index++;
    }
    const logKept = this.#logKept[steps]!;
    return {
      kept: Math.exp(logKept - this.#logKept[from]!),
      moved: moved * Math.exp(logKept - this.#logKept[index]!),
      epsilon: epsilon * Math.sqrt((1 - beta2 ** (from + 1)) / beta2),
      firstMoment: beta1 ** (steps - from),
      secondMoment: beta2 ** (steps - from),
    };
  }
}

/** w becomes kept w - moved m / (sqrt(v) + epsilon); then m and v are multiplied with their factors. */
export interface RowEffect {
  readonly kept: number;
  readonly moved: number;
  readonly epsilon: number;
  readonly firstMoment: number;
  readonly secondMoment: number;
}

const SMALLEST_TERM = 1e-9;
