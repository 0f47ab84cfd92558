import { messageOf, UserError } from '../errors.js';

/** The error for a result that the disk does not take. */
export function cannotWrite(path: string, cause: unknown): UserError {
  const isFull =
    cause instanceof Error && 'code' in cause && ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(cause.code));
  return new UserError('cannot_write', {
    problem: `${path} cannot be written: ${isFull ? 'the disk is full' : messageOf(cause)}. The results before are kept.`,
    fix: isFull
      ? 'Make room on the disk and give the same command again: it goes on from there.'
      : 'Give a path in a folder that is there and may be written to.',
    cause,
  });
}
