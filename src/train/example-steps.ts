import type { Example } from '../datasets/dataset.js';
import { collate, epochBatches, inBatches } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import type { Pipeline } from '../pipeline/schema.js';
import { exampleTaskOf } from '../tasks/tasks.js';
import { concatenate } from '../tensors/tensor.js';
import type { StageSteps } from './stage-steps.js';
import type { StepReader } from './step.js';

/** Steps over examples in an order that is drawn anew for every epoch. */
export function exampleSteps(options: {
  readonly pipeline: Pipeline;
  readonly batchSize: number;
  readonly labels: readonly string[];
  readonly train: readonly Example[];
  /** Timesteps of each of these, where those of like length are to share a batch; see epochBatches. */
  readonly lengths?: readonly number[] | undefined;
  readonly validation: readonly Example[];
  /** Of the training part. */
  readonly readStep: StepReader;
  /** Of the validation part. */
  readonly read: SequenceReader;
}): StageSteps {
  const { pipeline, batchSize, labels, train, lengths, validation } = options;
  const { seed, training } = pipeline;
  const classes = training.sampler === 'balanced' ? train.map(({ label }) => label) : undefined;
  const batchesOf = (epoch: number) =>
    epochBatches(train.length, { batchSize, seed, epoch, lengths, classes });
  // Drawn once an epoch, and not in each of its steps.
  let drawn: { epoch: number; batches: number[][] } | null = null;
  return {
    perEpoch: Math.ceil(train.length / batchSize),
    carriesStates: false,
    read: async (place) => {
      const epoch = place.epochsBefore;
      if (drawn?.epoch !== epoch) drawn = { epoch, batches: batchesOf(epoch) };
      const examples = drawn.batches[place.step]!.map((index) => train[index]!);
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
        logits: concatenate(logits),
        examples: validation,
        labels,
      });
    },
  };
}
