import { UserError } from '../../errors.js';

/**
 * Of films that were put together byte by byte into one file: ffmpeg would read the first, or others by what the first says of its
 * own frames.
 */
export function joinedFilmsFailure(path: string, what: 'films' | 'films and pictures' = 'films'): UserError {
  return new UserError('unreadable', {
    problem: `${path} holds several ${what} one after the other, of which only the first would be read as it is.`,
    fix: 'Give each as a file of its own; films are not joined by putting their files together.',
  });
}
