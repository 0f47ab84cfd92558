import type { Example } from '../datasets/dataset.js';
import { viewCount } from '../inputs/input-kinds.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import type { Pipeline } from '../pipeline/schema.js';
import { random } from '../random.js';
import { exampleTaskOf } from '../tasks/tasks.js';
import { mixStep } from './mixup.js';
import type { StepReader } from './step.js';

/** Reads a view of each example and what its label says, mixed with one another where the pipeline says so. */
export function labelledSteps(
  pipeline: Pipeline,
  options: { labels: readonly string[]; train: readonly Example[]; read: SequenceReader },
): StepReader {
  const targetsOf = exampleTaskOf(pipeline).targetMaker(pipeline.training, options);
  const { mixup } = pipeline.training;
  return async (examples, { epoch, epochsBefore, step }) => {
    const view = epoch % viewCount(pipeline);
    const sequences = await Promise.all(examples.map((example) => options.read(example, view)));
    const data = { sequences, targets: targetsOf(examples) };
    if (mixup === undefined) return data;
    return mixStep(data, { alpha: mixup, stream: random(pipeline.seed, 'mixup', epochsBefore, step) });
  };
}
