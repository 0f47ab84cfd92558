import type { Example } from '../datasets/dataset.js';
import type { Sequence } from '../inputs/batches.js';
import { viewCount } from '../inputs/input-kinds.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import type { Pipeline } from '../pipeline/schema.js';
import { type Random, random } from '../random.js';
import { exampleTaskOf } from '../tasks/tasks.js';
import { dropTokens } from './drop-tokens.js';
import { mixStep } from './mixup.js';
import type { StepReader } from './step.js';

/** Reads a view of each example and what its label says, mixed with one another where the pipeline says so. */
export function labelledSteps(
  pipeline: Pipeline,
  options: { labels: readonly string[]; train: readonly Example[]; read: SequenceReader },
): StepReader {
  const targetsOf = exampleTaskOf(pipeline).targetMaker(pipeline.training, options);
  const { mixup, tokenDropout } = pipeline.training;
  return async (examples, { epoch, epochsBefore, step }) => {
    const view = epoch % viewCount(pipeline);
    const sequences = await Promise.all(examples.map((example) => options.read(example, view)));
    const stream = random(pipeline.seed, 'tokens', epochsBefore, step);
    const data = {
      sequences: withDroppedTokens(sequences, { rate: tokenDropout, stream }),
      targets: targetsOf(examples),
    };
    if (mixup === undefined) return data;
    return mixStep(data, { alpha: mixup, stream: random(pipeline.seed, 'mixup', epochsBefore, step) });
  };
}

function withDroppedTokens(
  sequences: readonly Sequence[],
  options: { rate: number; stream: Random },
): readonly Sequence[] {
  if (options.rate === 0) return sequences;
  return sequences.map((sequence) =>
    sequence.kind === 'tokens' ? { ...sequence, data: dropTokens(sequence.data, options) } : sequence,
  );
}
