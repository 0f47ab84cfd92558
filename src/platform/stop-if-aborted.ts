import { UserError } from '../errors.js';

/**
 * Ends work between two of its parts.
 *
 * @param during what is interrupted, such as `texts were classified`.
 * @throws UserError `aborted`.
 */
export function stopIfAborted(signal: AbortSignal | undefined, during: string): void {
  if (!signal?.aborted) return;
  throw new UserError('aborted', {
    problem: `Interrupted while ${during}.`,
    fix: 'Give the same command again.',
  });
}
