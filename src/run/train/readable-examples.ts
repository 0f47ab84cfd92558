import type { Example } from '../../data/scan.js';
import { UserError } from '../../errors.js';
import type { SequenceReader, View } from '../sequences.js';
import type { TrainEvent } from './events.js';

/** Clips read at once: one is decoded while another is encoded. */
const CONCURRENCY = 2;

/**
 * The examples whose clips can be read, in their order; each of the others is told in a `skipped` event.
 * Reading them now also fills the cache, so that no epoch waits for ffmpeg.
 */
export async function readableExamples(
  examples: readonly Example[],
  options: {
    read: SequenceReader;
    view: View;
    onEvent: (event: TrainEvent) => void;
    signal?: AbortSignal;
  },
): Promise<Example[]> {
  const readable = new Set<Example>();
  const waiting = [...examples];
  let done = 0;
  const worker = async () => {
    for (let example = waiting.shift(); example; example = waiting.shift()) {
      options.signal?.throwIfAborted();
      if (await canRead(example, options)) readable.add(example);
      options.onEvent({ kind: 'reading', what: 'prepare', done: ++done, total: examples.length });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return examples.filter((example) => readable.has(example));
}

/**
 * @throws UserError `bad_dataset` when a class has no example left to train on.
 */
export function requireEveryClass(labels: readonly string[], examples: readonly Example[]): void {
  const present = new Set(examples.map((example) => example.label));
  const absent = labels.filter((_, label) => !present.has(label));
  if (absent.length === 0) return;
  throw new UserError('bad_dataset', {
    problem: `No clip of the training part can be read for: ${absent.join(', ')}.`,
    fix: 'Mend or replace the clips that were left out above, or remove the class.',
  });
}

async function canRead(
  example: Example,
  { read, view, onEvent }: Parameters<typeof readableExamples>[1],
): Promise<boolean> {
  try {
    await read(example, view);
    return true;
  } catch (error) {
    if (!(error instanceof UserError) || error.code === 'aborted') throw error;
    onEvent({ kind: 'skipped', path: example.path, problem: error.problem });
    return false;
  }
}
