import type { Example } from '../datasets/dataset.js';
import type { Engine } from '../engine/engine.js';
import { placesOfMembers } from '../engine/feature-places.js';
import { loadClassifiers } from '../engine/members.js';
import { shownOf } from '../engine/shown.js';
import { collate, type RecurrentSequence } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import type { Networks } from '../network/networks.js';
import type { Shown } from '../tasks/classification/known-distance.js';
import { describeKnown, drawKnown } from '../tasks/classification/known-examples.js';
import { OUTLIER_HEAD } from '../tasks/classification/outlier-odds.js';
import { takeColumns } from '../tensors/columns.js';
import type { Weights } from '../tensors/tensor.js';
import { scoreExamples } from './score-examples.js';

/**
 * A model's members, each with a description of the examples that it was trained on. Those that cannot be read are passed
 * over; where none can, the members stay as they are.
 *
 * @param options.train the training part.
 * @param options.validation examples of the same kind that it was not trained on; there may be none.
 * @param options.seed draws some of the training part, where it is large.
 */
export async function addKnownExamples(
  members: readonly Weights[],
  options: {
    engine: Engine;
    networks: Networks;
    read: SequenceReader<RecurrentSequence>;
    train: readonly Example[];
    validation: readonly Example[];
    seed: number;
    signal: AbortSignal | undefined;
  },
): Promise<Weights[]> {
  const { train, validation, seed } = options;
  const { tokens } = options.networks.recurrent;
  const known = await showExamples(members, { ...options, examples: drawKnown(train, seed) });
  if (known.classes.length === 0) return [...members];
  const others = await showExamples(members, { ...options, examples: drawKnown(validation, seed) });
  const described: Weights[] = [];
  for (const [member, weights] of members.entries()) {
    const { classes, shown } = known;
    const description = {
      classes,
      tokens,
      outlierHead: weights.get(OUTLIER_HEAD),
      others: others.shown[member]!,
    };
    described.push(new Map([...weights, ...(await describeKnown(shown[member]!, description))]));
  }
  return described;
}

/** What shows of each example to each member, and the examples' classes. */
async function showExamples(
  members: readonly Weights[],
  options: {
    engine: Engine;
    networks: Networks;
    read: SequenceReader<RecurrentSequence>;
    examples: readonly Example[];
    signal: AbortSignal | undefined;
  },
): Promise<{ classes: number[]; shown: Shown[][] }> {
  const { engine, networks, read, examples, signal } = options;
  const classifier = await loadClassifiers(engine, { networks, members, temperature: 1 });
  const places = placesOfMembers(networks, members);
  const shown = members.map((): Shown[] => []);
  const scorer = async (sequences: readonly RecurrentSequence[]) => {
    const batch = collate(sequences);
    const scored = await classifier.classify(batch);
    const width = scored.readout.length / (sequences.length * members.length);
    for (const [member, place] of places.entries()) {
      const readout = takeColumns(scored.readout, {
        start: member * width,
        stride: members.length * width,
        width,
      });
      for (const one of shownOf(batch, { readout, place })) shown[member]!.push(one);
    }
    return scored;
  };
  const scorers = new Map([['network', scorer]]);
  const scored = await scoreExamples({ examples, read, scorers, signal }).finally(() => classifier.release());
  return { classes: scored.examples.map(({ label }) => label), shown };
}
