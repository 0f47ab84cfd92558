import type { Example } from '../datasets/dataset.js';
import type { Engine } from '../engine/engine.js';
import { loadClassifiers } from '../engine/members.js';
import type { RecurrentSequence } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import type { Networks } from '../network/networks.js';
import { readoutWidthOf, topLevelOf } from '../network/recurrent.js';
import { drawKnown, KNOWN_READOUTS, keepReadouts } from '../tasks/classification/known-readouts.js';
import type { Weights } from '../tensors/tensor.js';
import { inOrder, scoreExamples } from './score-examples.js';

/**
 * A model's members, each with what it makes of examples that it was trained on. Those that cannot be read are passed over;
 * where none can, the members stay as they are.
 *
 * @param options.train the training part.
 * @param options.seed draws some of it, where it is large.
 */
export async function addKnownReadouts(
  members: readonly Weights[],
  options: {
    engine: Engine;
    networks: Networks;
    read: SequenceReader<RecurrentSequence>;
    train: readonly Example[];
    seed: number;
  },
): Promise<Weights[]> {
  const { engine, networks, read, train, seed } = options;
  const classifier = await loadClassifiers(engine, { networks, members, temperature: 1 });
  const scorers = new Map([['network', inOrder(classifier)]]);
  const { examples, readouts } = await scoreExamples({
    examples: drawKnown(train, seed),
    read,
    scorers,
  }).finally(() => classifier.release());
  if (examples.length === 0) return [...members];
  const together = readouts.get('network')!;
  const width = readoutWidthOf(topLevelOf(networks.recurrent));
  return members.map((weights, member) => {
    const own = new Float32Array(examples.length * width);
    for (const row of examples.keys()) {
      const start = (row * members.length + member) * width;
      own.set(together.subarray(start, start + width), row * width);
    }
    return new Map([...weights, [KNOWN_READOUTS, keepReadouts(own, width)]]);
  });
}
