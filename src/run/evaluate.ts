import { collate, type FeatureSequence, inBatches } from '../data/batches.js';
import type { Example } from '../data/scan.js';
import type { SequenceClassifier } from '../engine/engine.js';
import { isFailureOfInput } from '../errors.js';
import { random } from '../random.js';
import { concatenate } from '../tensors/tensor.js';
import { concurrently } from './concurrently.js';
import { type Metrics, measure } from './metrics.js';
import type { SequenceReader } from './sequences.js';

/** Clips that are classified together. */
const BATCH_SIZE = 32;

export interface Evaluation extends Metrics {
  /**
   * Accuracy on the same clips with each one's frames in a random order. What it lacks to `accuracy` is
   * what the network reads from the order of frames.
   */
  readonly shuffledAccuracy: number;
}

/**
 * Scores a trained network on examples that nothing was chosen by.
 *
 * @returns null when none of the examples could be read.
 */
export async function evaluate(options: {
  examples: readonly Example[];
  labels: readonly string[];
  read: SequenceReader<FeatureSequence>;
  classifier: SequenceClassifier;
  /** Draws the shuffled orders. */
  seed: number;
  /** Told after each clip, and with the clips that were left out since they cannot be read. */
  onClip?: (done: number) => void;
  onSkipped?: (path: string, problem: string) => void;
}): Promise<Evaluation | null> {
  const { labels, classifier, seed } = options;
  const truth: number[] = [];
  const ordered: Float32Array[] = [];
  const shuffled: Float32Array[] = [];
  let done = 0;
  for (const examples of inBatches(options.examples, BATCH_SIZE)) {
    const sequences = await concurrently(examples, async (example) => {
      const sequence = await readOrSkip(example, options);
      options.onClip?.(++done);
      return sequence ? [{ example, sequence }] : [];
    });
    const read = sequences.flat();
    if (read.length === 0) continue;
    truth.push(...read.map(({ example }) => example.label));
    ordered.push(
      await logitsOf(
        classifier,
        read.map(({ sequence }) => sequence),
      ),
    );
    const reordered = read.map(({ example, sequence }) => shuffleTimesteps(sequence, seed, example.id));
    shuffled.push(await logitsOf(classifier, reordered));
  }
  if (truth.length === 0) return null;
  return {
    ...measure({ logits: concatenate(ordered), truth, labels }),
    shuffledAccuracy: measure({ logits: concatenate(shuffled), truth, labels }).accuracy,
  };
}

async function readOrSkip(
  example: Example,
  {
    read,
    onSkipped,
  }: { read: SequenceReader<FeatureSequence>; onSkipped?: (path: string, problem: string) => void },
): Promise<FeatureSequence | null> {
  try {
    return await read(example, 'evaluation');
  } catch (error) {
    if (!isFailureOfInput(error)) throw error;
    onSkipped?.(example.path, error.problem);
    return null;
  }
}

async function logitsOf(
  classifier: SequenceClassifier,
  sequences: readonly FeatureSequence[],
): Promise<Float32Array> {
  return (await classifier.classify(collate(sequences))).logits;
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
