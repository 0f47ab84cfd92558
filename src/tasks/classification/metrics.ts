import { argmax, largest } from '../../tensors/largest.js';
import { meanOf } from '../../tensors/mean.js';

/** How a classifier did on labelled examples that it was not trained on. */
export interface Metrics {
  readonly examples: number;
  readonly accuracy: number;
  /** 95 % Wilson score interval of the accuracy (Wilson 1927), clips taken as independent. */
  readonly interval: readonly [low: number, high: number];
  /** Mean of the classes' recalls: what accuracy would be if all classes were equally frequent. */
  readonly balancedAccuracy: number;
  /** Mean of the classes' F1, without classes that are neither there nor predicted. */
  readonly macroF1: number;
  /** Mean negative log of the true class's probability, in nats. */
  readonly logLoss: number;
  readonly classes: readonly ClassMetrics[];
  /** [true class][predicted class] counts. */
  readonly confusion: ReadonlyArray<readonly number[]>;
}

export interface ClassMetrics {
  readonly label: string;
  readonly examples: number;
  /** Null where nothing was predicted as this class. */
  readonly precision: number | null;
  /** Null where no example has this class. */
  readonly recall: number | null;
  readonly f1: number | null;
}

/**
 * @param options.logits float32 [examples, classes].
 * @param options.truth class index of each example; at least one example.
 */
export function measure(options: {
  logits: Float32Array;
  truth: readonly number[];
  labels: readonly string[];
}): Metrics {
  const { logits, truth, labels } = options;
  const predictions = truth.map((label, index) => {
    const probabilities = softmax(logits.subarray(index * labels.length, (index + 1) * labels.length));
    return { truth: label, predicted: argmax(probabilities), truthProbability: probabilities[label]! };
  });
  return measurePredictions(predictions, labels);
}

/** What a classifier said of one example. */
export interface Prediction {
  /** Class indices. */
  readonly truth: number;
  readonly predicted: number;
  /** Probability that it gave the true class, in [0, 1]. */
  readonly truthProbability: number;
}

/** As measure; at least one prediction. */
export function measurePredictions(predictions: readonly Prediction[], labels: readonly string[]): Metrics {
  const tally = new MetricsTally();
  for (const { truth, predicted, truthProbability } of predictions) {
    tally.add({ truth: labels[truth]!, predicted: labels[predicted]!, truthProbability });
  }
  return tally.metrics(labels);
}

/** A Prediction by its classes' names. */
export interface NamedPrediction {
  readonly truth: string;
  readonly predicted: string;
  readonly truthProbability: number;
}

/** Metrics of predictions that come one by one, and are not held. */
export class MetricsTally {
  /** By the true class, then by the predicted one. */
  readonly #counts = new Map<string, Map<string, number>>();
  #logLoss = 0;
  #examples = 0;

  get examples(): number {
    return this.#examples;
  }

  add({ truth, predicted, truthProbability }: NamedPrediction): void {
    const counts = this.#counts.get(truth) ?? new Map<string, number>();
    this.#counts.set(truth, counts.set(predicted, (counts.get(predicted) ?? 0) + 1));
    this.#examples += 1;
    this.#logLoss -= Math.log(Math.max(truthProbability, Number.MIN_VALUE));
  }

  /** Of at least one prediction. @param labels all that were named. */
  metrics(labels: readonly string[]): Metrics {
    const confusion = labels.map((truth) =>
      labels.map((predicted) => this.#counts.get(truth)?.get(predicted) ?? 0),
    );
    const examples = this.#examples;
    const correct = labels.reduce((sum, _, index) => sum + confusion[index]![index]!, 0);
    const classes = labels.map((label, index) => classMetrics(label, index, confusion));
    return {
      examples,
      accuracy: correct / examples,
      interval: wilsonInterval(correct, examples),
      balancedAccuracy: meanOf(classes.flatMap((entry) => entry.recall ?? [])),
      macroF1: meanOf(classes.flatMap((entry) => entry.f1 ?? [])),
      logLoss: this.#logLoss / examples,
      classes,
      confusion,
    };
  }
}

/** Share of examples whose true class is among the `count` most probable ones; equals count in its favour. */
export function topAccuracy(options: {
  logits: Float32Array;
  truth: readonly number[];
  count: number;
}): number {
  const { logits, truth, count } = options;
  const classes = logits.length / truth.length;
  const hits = truth.filter((label, index) => {
    const row = logits.subarray(index * classes, (index + 1) * classes);
    return row.filter((logit) => logit > row[label]!).length < count;
  });
  return hits.length / truth.length;
}

/** Probabilities of one row of logits, in float64. */
export function softmax(logits: Float32Array): number[] {
  const highest = largest(logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** 95 % score interval of a proportion (Wilson 1927): sound for few trials and near 0 or 1 too. */
export function wilsonInterval(successes: number, trials: number): [low: number, high: number] {
  // The normal distribution's 97.5 % point.
  const z = 1.959964;
  const share = successes / trials;
  const denominator = 1 + z ** 2 / trials;
  const centre = (share + z ** 2 / (2 * trials)) / denominator;
  const half = (z / denominator) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

function classMetrics(label: string, index: number, confusion: number[][]): ClassMetrics {
  const hits = confusion[index]![index]!;
  const examples = confusion[index]!.reduce((sum, count) => sum + count, 0);
  const predicted = confusion.reduce((sum, row) => sum + row[index]!, 0);
  const precision = predicted > 0 ? hits / predicted : null;
  const recall = examples > 0 ? hits / examples : null;
  const f1 = examples + predicted > 0 ? (2 * hits) / (examples + predicted) : null;
  return { label, examples, precision, recall, f1 };
}
