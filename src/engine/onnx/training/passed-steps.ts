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
  /** Steps before those that are known. */
  #before: number;
  readonly #learningRates: number[] = [];
  /** Of each step: what m / sqrt(v) is multiplied with, and what remains of a weight. */
  readonly #rates: number[] = [];
  readonly #kept: number[] = [];
  /** The logarithm of what remains of a weight after so many of the steps. */
  readonly #logKept: number[] = [0];

  /**
   * @param known.before The steps that no row is behind.
   * @param known.learningRates Those of the steps after them.
   */
  constructor(
    optimizer: TrainerOptions['optimizer'],
    known: { readonly before: number; readonly learningRates: readonly number[] },
  ) {
    this.#optimizer = optimizer;
    this.#before = known.before;
    for (const learningRate of known.learningRates) this.add(learningRate);
  }

  /** Of all steps that are known: what this knows of them follows from these to the bit. */
  get learningRates(): readonly number[] {
    return this.#learningRates;
  }

  /** The number of the last step, counted from 1. */
  get last(): number {
    return this.#before + this.#rates.length;
  }

  add(learningRate: number): void {
    const { beta1, beta2, weightDecay } = this.#optimizer;
    const step = this.last + 1;
    const kept = 1 - learningRate * weightDecay;
    this.#learningRates.push(learningRate);
    this.#rates.push((learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step));
    this.#kept.push(kept);
    this.#logKept.push(this.#logKept.at(-1)! + Math.log(kept));
  }

  /** Forgets all steps, when no row is behind any more. */
  forget(): void {
    this.#before = this.last;
    this.#learningRates.length = 0;
    this.#rates.length = 0;
    this.#kept.length = 0;
    this.#logKept.length = 1;
  }

  /** The effect of all steps after that of number `from`, by the moments that a row had then. */
  since(from: number): RowEffect {
    const { beta1, beta2, epsilon } = this.#optimizer;
    const start = from - this.#before;
    const steps = this.#rates.length;
    const fading = beta1 / Math.sqrt(beta2);
    let [moved, share, index] = [0, fading, start];
    while (index < steps && share >= SMALLEST_TERM * fading && share > 0) {
      moved = moved * this.#kept[index]! + this.#rates[index]! * share;
      share *= fading;
      index++;
    }
    const logKept = this.#logKept[steps]!;
    return {
      kept: Math.exp(logKept - this.#logKept[start]!),
      moved: moved * Math.exp(logKept - this.#logKept[index]!),
      epsilon: epsilon * Math.sqrt((1 - beta2 ** (from + 1)) / beta2),
      firstMoment: beta1 ** (steps - start),
      secondMoment: beta2 ** (steps - start),
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
