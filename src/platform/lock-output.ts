import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors.js';
import { cannotWrite } from './cannot-write.js';

/** A lock that a dead run left is one that nobody has touched for this time; a running one does each second. */
const STALE_MILLISECONDS = 3000;
const UPDATE_MILLISECONDS = 1000;

/**
 * Takes the lock on an output, a folder `<out>.lock` beside it. Where it is held, waits until it would be
 * stale, which takes some seconds after a run that was killed.
 *
 * @param onLost is called when the lock was taken by another run, as may happen to one that was suspended.
 * @returns what gives it back.
 * @throws UserError `locked` when another run writes to this output, `cannot_write`.
 */
export async function lockOutput(
  out: string,
  onLost: (reason: UserError) => void,
): Promise<() => Promise<void>> {
  const { lock } = await import('proper-lockfile');
  try {
    return await lock(await canonicalPath(out), {
      // The output need not be there yet.
      realpath: false,
      stale: STALE_MILLISECONDS,
      update: UPDATE_MILLISECONDS,
      retries: { retries: STALE_MILLISECONDS / 500 + 2, factor: 1, minTimeout: 500, maxTimeout: 500 },
      onCompromised: () => onLost(inUse(out)),
    });
  } catch (cause) {
    throw cause instanceof Error && 'code' in cause && cause.code === 'ELOCKED'
      ? inUse(out)
      : cannotWrite(out, cause);
  }
}

/**
 * Does work on an output that no other run may write to meanwhile.
 *
 * @param options.signal of the caller; the work's own is aborted when the lock is lost, too.
 * @throws UserError as lockOutput.
 */
export async function whileLocked<T>(
  out: string,
  { signal, work }: { signal: AbortSignal | undefined; work: (signal: AbortSignal) => Promise<T> },
): Promise<T> {
  const lost = new AbortController();
  const unlock = await lockOutput(out, (reason) => lost.abort(reason));
  try {
    return await work(signal ? AbortSignal.any([signal, lost.signal]) : lost.signal);
  } catch (error) {
    throw lost.signal.aborted ? lost.signal.reason : error;
  } finally {
    // One that was lost is another run's.
    if (!lost.signal.aborted) await unlock();
  }
}

/** One name for a file that may be reached by several and need not be there. */
async function canonicalPath(path: string): Promise<string> {
  return realpath(path).catch(async () => join(await realpath(dirname(path)), basename(path)));
}

function inUse(out: string): UserError {
  return new UserError('locked', {
    problem: `Another run is writing to ${out}.`,
    fix: 'Wait until it has finished, or give another --out.',
  });
}
