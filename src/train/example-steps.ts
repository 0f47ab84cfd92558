import type { Example } from '../datasets/dataset.js';
import { collate, epochBatches, inBatches } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import type { Pipeline } from '../pipeline/schema.js';
import { exampleTaskOf } from '../tasks/tasks.js';
import { takeColumns } from '../tensors/columns.js';
import { concatenate } from '../tensors/tensor.js';
import type { OutlierTurns } from './outlier-turns.js';
import type { StageSteps } from './stage-steps.js';
import type { StepReader } from './step.js';

/** Steps over examples in an order that is drawn anew for every epoch. */
export function exampleSteps(options: {
  readonly pipeline: Pipeline;
  readonly batchSize: number;
  readonly labels: readonly string[];
  readonly train: readonly Example[];
  /** Read beside them; none when absent. */
  readonly outliers?: OutlierTurns | undefined;
  /** Timesteps of an example, where those of like length are to share a batch; see epochBatches. */
  readonly lengthOf?: ((example: Example) => number) | undefined;
  readonly validation: readonly Example[];
  /** Of the training part. */
  readonly readStep: StepReader;
  /** Of the validation part. */
  readonly read: SequenceReader;
}): StageSteps {
  const { pipeline, batchSize, labels, train, outliers = NONE, lengthOf, validation } = options;
  const { seed, training } = pipeline;
  const batchesOf = (epoch: number): Example[][] => {
    const examples = [...train, ...outliers.of(epoch)];
    const classes = training.sampler === 'balanced' ? examples.map(({ label }) => label) : undefined;
    const lengths = lengthOf && examples.map(lengthOf);
    const batches = epochBatches(examples.length, { batchSize, seed, epoch, lengths, classes });
    return batches.map((indices) => indices.map((index) => examples[index]!));
  };
  // Drawn once an epoch, and not in each of its steps.
  let drawn: { epoch: number; batches: Example[][] } | null = null;
  return {
    perEpoch: Math.ceil((train.length + outliers.perEpoch) / batchSize),
    carriesStates: false,
    read: async (place) => {
      const epoch = place.epochsBefore;
      if (drawn?.epoch !== epoch) drawn = { epoch, batches: batchesOf(epoch) };
      const examples = drawn.batches[place.step]!;
      const { sequences, targets } = await options.readStep(examples, place);
      return { batch: collate(sequences), targets, count: examples.length };
    },
    validate: async (trainer) => {
      if (validation.length === 0) return null;
      const logits: Float32Array[] = [];
      for (const examples of inBatches(validation, batchSize)) {
        const sequences = await Promise.all(examples.map((example) => options.read(example, 'evaluation')));
        logits.push((await trainer.classify(collate(sequences))).logits);
      }
      return exampleTaskOf(pipeline).scoreEpoch({
        logits: ofClasses(concatenate(logits), { examples: validation.length, classes: labels.length }),
        examples: validation,
        labels,
      });
    },
  };
}

const NONE: OutlierTurns = { perEpoch: 0, of: () => [] };

/** Without those of the outliers' class, which comes last where there is one. */
const ofClasses = (
  logits: Float32Array,
  { examples, classes }: { examples: number; classes: number },
): Float32Array => takeColumns(logits, { start: 0, stride: logits.length / examples, width: classes });
