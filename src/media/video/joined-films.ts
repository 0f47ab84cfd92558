import { UserError } from '../../errors.js';

/** Of films that were put together byte by byte into one file, of which ffmpeg would read the first. */
export function joinedFilmsFailure(path: string): UserError {
  return new UserError('unreadable', {
    problem: `${path} holds several films one after the other, of which only the first would be read.`,
    fix: 'Give each as a file of its own; films are not joined by putting their files together.',
  });
}
