import type { Example } from '../datasets/scan.js';
import type { Classification, SequenceClassifier } from '../engine/engine.js';
import { isFailureOfInput } from '../errors.js';
import { collate, type FeatureSequence, inBatches } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import { concurrently } from '../platform/concurrently.js';
import { random } from '../random.js';
import { argmax, type Metrics, measure, topAccuracy } from '../tasks/classification/metrics.js';
import { concatenate } from '../tensors/tensor.js';
import { groupCount, groupInterval } from './bootstrap.js';
import { type Calibration, measureCalibration } from './calibration.js';

/** Clips that are classified together. */
const BATCH_SIZE = 32;

export interface Evaluation extends Metrics {
  /** Different groups among the examples. */
  readonly groups: number;
  /** 95 % bootstrap interval of the accuracy over groups: honest where clips of one group are alike. */
  readonly groupInterval: readonly [low: number, high: number];
  /** Share whose class is among the `count` most probable; null where that is all classes. */
  readonly top: { readonly count: number; readonly accuracy: number } | null;
  readonly calibration: Calibration;
}

/** Turns sequences into what a network says of them, a row each. */
export type Scorer = (
  sequences: readonly FeatureSequence[],
  examples: readonly Example[],
) => Promise<Classification>;

export interface Scored<Name> {
  /** Those that could be read, in their order. */
  readonly examples: readonly Example[];
  /** Logits of each scorer: float32 [examples, classes]. */
  readonly logits: ReadonlyMap<Name, Float32Array>;
  /** Of each scorer that attends: a weight a timestep for each example. */
  readonly attention: ReadonlyMap<Name, ReadonlyArray<readonly number[]>>;
}

/** Reads every example once, in its evaluation view, and shows it to all scorers. */
export async function scoreExamples<Name>(options: {
  examples: readonly Example[];
  read: SequenceReader<FeatureSequence>;
  scorers: ReadonlyMap<Name, Scorer>;
  /** Told after each clip, and with the clips that were left out since they cannot be read. */
  onClip?: ((done: number) => void) | undefined;
  onSkipped?: ((path: string, problem: string) => void) | undefined;
}): Promise<Scored<Name>> {
  const examples: Example[] = [];
  const logits = new Map([...options.scorers.keys()].map((name): [Name, Float32Array[]] => [name, []]));
  const attention = new Map<Name, number[][]>();
  let done = 0;
  for (const batch of inBatches(options.examples, BATCH_SIZE)) {
    const outcomes = await concurrently(batch, async (example) => {
      const sequence = await readOrSkip(example, options);
      options.onClip?.(++done);
      return sequence ? [{ example, sequence }] : [];
    });
    const read = outcomes.flat();
    if (read.length === 0) continue;
    const own = read.map(({ example }) => example);
    const sequences = read.map(({ sequence }) => sequence);
    examples.push(...own);
    for (const [name, score] of options.scorers) {
      const scored = await score(sequences, own);
      logits.get(name)!.push(scored.logits);
      const rows = attentionRows(scored, sequences);
      if (rows) attention.set(name, [...(attention.get(name) ?? []), ...rows]);
    }
  }
  return {
    examples,
    logits: new Map([...logits].map(([name, arrays]) => [name, concatenate(arrays)])),
    attention,
  };
}

/** The figures of a scorer's logits. At least one example. */
export function assess(options: {
  examples: ReadonlyArray<Pick<Example, 'label' | 'group'>>;
  /** float32 [examples, classes]. */
  logits: Float32Array;
  labels: readonly string[];
  /** Draws the resamples of the interval. */
  seed: number;
  /** Classes that count as an answer in `top`; 5, as for ImageNet, when absent. */
  topCount?: number | undefined;
}): Evaluation {
  const { examples, logits, labels, topCount: count = 5 } = options;
  const truth = examples.map(({ label }) => label);
  const predicted = predictedClasses(logits, labels.length);
  const right = examples.map(({ group, label }, index) => ({
    group,
    value: Number(predicted[index] === label),
  }));
  return {
    ...measure({ logits, truth, labels }),
    groups: groupCount(examples),
    groupInterval: groupInterval(right, options),
    top: count < labels.length ? { count, accuracy: topAccuracy({ logits, truth, count }) } : null,
    calibration: measureCalibration({ logits, truth }),
  };
}

/** The most probable class of each row of logits. */
export function predictedClasses(logits: Float32Array, classes: number): number[] {
  return Array.from({ length: logits.length / classes }, (_, index) =>
    argmax(logits.subarray(index * classes, (index + 1) * classes)),
  );
}

/** A network on sequences as they are. */
export const inOrder =
  (classifier: SequenceClassifier): Scorer =>
  (sequences) =>
    classifier.classify(collate(sequences));

/** A network on sequences whose timesteps are in a random order. */
export const shuffledOrder =
  (classifier: SequenceClassifier, seed: number): Scorer =>
  (sequences, examples) =>
    inOrder(classifier)(
      sequences.map((sequence, index) => shuffleTimesteps(sequence, seed, examples[index]!.id)),
      examples,
    );

/** Each sequence's own weights, without what lies behind its length; null when the network does not attend. */
function attentionRows(
  { attention }: Classification,
  sequences: readonly FeatureSequence[],
): number[][] | null {
  if (!attention) return null;
  const width = attention.length / sequences.length;
  return sequences.map(({ timesteps }, row) => [...attention.subarray(row * width, row * width + timesteps)]);
}

async function readOrSkip(
  example: Example,
  { read, onSkipped }: Pick<Parameters<typeof scoreExamples>[0], 'read' | 'onSkipped'>,
): Promise<FeatureSequence | null> {
  try {
    return await read(example, 'evaluation');
  } catch (error) {
    if (!isFailureOfInput(error)) throw error;
    onSkipped?.(example.path, error.problem);
    return null;
  }
}

function shuffleTimesteps(sequence: FeatureSequence, seed: number, id: string): FeatureSequence {
  const width = sequence.data.length / sequence.timesteps;
  const order = random(seed, 'shuffle frames', id).shuffle([...Array(sequence.timesteps).keys()]);
  const data = new Float32Array(sequence.data.length);
  order.forEach((from, to) => {
    data.set(sequence.data.subarray(from * width, (from + 1) * width), to * width);
  });
  return { ...sequence, data };
}
