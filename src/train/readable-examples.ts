import type { Example } from '../datasets/dataset.js';
import { UserError } from '../errors.js';
import { inputOf } from '../inputs/input-kinds.js';
import type { SequenceReader, View } from '../inputs/sequence-reader.js';
import type { Pipeline } from '../pipeline/schema.js';
import { concurrently } from '../platform/concurrently.js';
import { isFailureOfInput } from '../platform/failure-of-input.js';
import type { TrainEvent } from './train-event.js';

/**
 * The examples that can be read in all views, in their order; each of the others is reported in a `skipped` event.
 * Reading clips now also fills the cache, so that no epoch waits for ffmpeg.
 * @throws UserError `aborted`.
 */
export async function readableExamples(
  examples: readonly Example[],
  options: {
    pipeline: Pick<Pipeline, 'input'>;
    read: SequenceReader;
    views: readonly View[];
    onEvent: (event: TrainEvent) => void;
    signal?: AbortSignal | undefined;
  },
): Promise<Example[]> {
  let done = 0;
  const readable = await concurrently(examples, async (example) => {
    if (options.signal?.aborted) throw interrupted(options.pipeline);
    const isReadable = await canRead(example, options);
    options.onEvent({ kind: 'reading', what: 'prepare', done: ++done, total: examples.length });
    return isReadable;
  });
  return examples.filter((_, index) => readable[index]);
}

async function canRead(
  example: Example,
  { pipeline, read, views, onEvent }: Parameters<typeof readableExamples>[1],
): Promise<boolean> {
  try {
    for (const view of views) await read(example, view);
    return true;
  } catch (error) {
    if (error instanceof UserError && error.code === 'aborted') throw interrupted(pipeline);
    if (!isFailureOfInput(error)) throw error;
    onEvent({ kind: 'skipped', path: example.path, problem: error.problem });
    return false;
  }
}

function interrupted({ input }: Pick<Pipeline, 'input'>): UserError {
  const { noun, source } = inputOf(input);
  const kept = source.kind === 'encoded' ? '; those that were are kept in the cache' : '';
  return new UserError('aborted', {
    problem: `Interrupted while the ${noun} were read${kept}.`,
    fix: 'Give the same command again.',
  });
}
