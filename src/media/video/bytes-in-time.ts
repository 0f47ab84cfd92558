import type { UserError } from '../../errors.js';
import { type ReadBytes, withBytesOf } from '../byte-window.js';
import { abortedFailure, timeoutFailure } from '../failures.js';
import type { RunLimits } from '../ffmpeg/ffmpeg.js';

/**
 * As withBytesOf, within the time that reading a clip may take.
 *
 * @throws UserError `timeout`, `aborted`; what `work` throws.
 */
export async function withinTime<T>(
  path: string,
  { timeBudget, signal }: RunLimits,
  work: (readBytes: ReadBytes) => Promise<T>,
): Promise<T> {
  let failure: UserError | undefined;
  const reading = withBytesOf(path, (readBytes) =>
    work((start, length) => {
      if (signal?.aborted) failure = abortedFailure(path);
      return failure ? Promise.reject(failure) : readBytes(start, length);
    }),
  );
  return timeBudget.spend(reading, () => {
    failure = timeoutFailure(path, timeBudget);
  });
}
