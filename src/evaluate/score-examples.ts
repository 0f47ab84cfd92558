import type { Example } from '../datasets/dataset.js';
import type { Classification, SequenceClassifier } from '../engine/engine.js';
import { collate, inBatches, type RecurrentSequence, takeTimesteps } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import { concurrently } from '../platform/concurrently.js';
import { isFailureOfInput } from '../platform/failure-of-input.js';
import { stopIfAborted } from '../platform/stop-if-aborted.js';
import { random } from '../random.js';
import { concatenate } from '../tensors/tensor.js';

/** Clips that are classified together. */
const BATCH_SIZE = 32;

/** Turns sequences into what a network says of them, a row each. */
export type Scorer = (
  sequences: readonly RecurrentSequence[],
  examples: readonly Example[],
) => Promise<Classification>;

export interface Scored<Name> {
  /** Those that could be read, in their order. */
  readonly examples: readonly Example[];
  /** Logits of each scorer: float32 [examples, classes]. */
  readonly logits: ReadonlyMap<Name, Float32Array>;
  /** Of each scorer, float32 [examples, its readoutWidth]; see Classification. */
  readonly readouts: ReadonlyMap<Name, Float32Array>;
  /** Of each scorer that knows: how far each example is from what it was trained on. */
  readonly distances: ReadonlyMap<Name, Float32Array>;
  /** Of each scorer that attends: a weight a timestep for each example. */
  readonly attention: ReadonlyMap<Name, ReadonlyArray<readonly number[]>>;
}

/** Reads every example once, in its evaluation view, and shows it to all scorers. @throws UserError `aborted`. */
export async function scoreExamples<Name>(options: {
  examples: readonly Example[];
  read: SequenceReader<RecurrentSequence>;
  scorers: ReadonlyMap<Name, Scorer>;
  /** Told after each clip, and with the clips that were left out since they cannot be read. */
  onClip?: ((done: number) => void) | undefined;
  onSkipped?: ((path: string, problem: string) => void) | undefined;
  signal: AbortSignal | undefined;
}): Promise<Scored<Name>> {
  const examples: Example[] = [];
  const logits = new Gathered<Name>();
  const readouts = new Gathered<Name>();
  const distances = new Gathered<Name>();
  const attention = new Map<Name, number[][]>();
  let done = 0;
  for (const batch of inBatches(options.examples, BATCH_SIZE)) {
    stopIfAborted(options.signal, 'examples were scored');
    const outcomes = await concurrently(batch, async (example) => {
      const sequence = await readOrSkip(example, options);
      options.onClip?.(++done);
      return sequence ? [{ example, sequence }] : [];
    });
    const read = outcomes.flat();
    if (read.length === 0) continue;
    const own = read.map(({ example }) => example);
    const sequences = read.map(({ sequence }) => sequence);
    for (const example of own) examples.push(example);
    for (const [name, score] of options.scorers) {
      const scored = await score(sequences, own);
      logits.add(name, scored.logits);
      readouts.add(name, scored.readout);
      if (scored.distances) distances.add(name, scored.distances);
      const rows = attention.get(name) ?? [];
      for (const row of attentionRows(scored, sequences)) rows.push(row);
      if (rows.length > 0) attention.set(name, rows);
    }
  }
  return {
    examples,
    logits: logits.whole([...options.scorers.keys()]),
    readouts: readouts.whole([...options.scorers.keys()]),
    distances: distances.whole(),
    attention,
  };
}

/** Arrays by name, batch after batch. */
class Gathered<Name> {
  readonly #parts = new Map<Name, Float32Array[]>();

  add(name: Name, part: Float32Array): void {
    const parts = this.#parts.get(name) ?? [];
    parts.push(part);
    this.#parts.set(name, parts);
  }

  /** @param names that have an array even where nothing was added. */
  whole(names: readonly Name[] = []): Map<Name, Float32Array> {
    const empty = names.map((name): [Name, Float32Array] => [name, new Float32Array()]);
    return new Map([
      ...empty,
      ...[...this.#parts].map(([name, parts]): [Name, Float32Array] => [name, concatenate(parts)]),
    ]);
  }
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

/** Each sequence's own weights, without what lies after its length; none where the network does not attend. */
function attentionRows({ attention }: Classification, sequences: readonly RecurrentSequence[]): number[][] {
  if (!attention) return [];
  const width = attention.length / sequences.length;
  return sequences.map(({ timesteps }, row) => [...attention.subarray(row * width, row * width + timesteps)]);
}

async function readOrSkip(
  example: Example,
  { read, onSkipped }: Pick<Parameters<typeof scoreExamples>[0], 'read' | 'onSkipped'>,
): Promise<RecurrentSequence | null> {
  try {
    return await read(example, 'evaluation');
  } catch (error) {
    if (!isFailureOfInput(error)) throw error;
    onSkipped?.(example.path, error.problem);
    return null;
  }
}

function shuffleTimesteps(sequence: RecurrentSequence, seed: number, id: string): RecurrentSequence {
  const places = [...Array(sequence.timesteps).keys()];
  return takeTimesteps(sequence, random(seed, 'shuffle frames', id).shuffle(places));
}
