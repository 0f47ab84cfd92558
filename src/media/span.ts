import { UserError } from '../errors.js';
import type { FrameRequest } from './clip.js';
import type { Span } from './sampling.js';

/**
 * The part of a clip that a request is about: its end is the clip's at the latest.
 *
 * @throws UserError `usage` for times that make no part; `no_frames` when it begins after the clip's end.
 */
export function requestedSpan(path: string, durationSeconds: number, request: FrameRequest): Span {
  const { startSeconds = 0, endSeconds = durationSeconds } = request;
  if (!(startSeconds >= 0) || (request.endSeconds !== undefined && !(endSeconds > startSeconds))) {
    throw new UserError('usage', {
      problem: `The part of ${path} from ${startSeconds} s to ${endSeconds} s is not one.`,
      fix: 'Give a start of 0 or later, and an end after it.',
    });
  }
  if (startSeconds >= durationSeconds) {
    throw new UserError('no_frames', {
      problem: `${path} lasts ${durationSeconds.toFixed(2)} s, but its part from ${startSeconds} s on is asked for.`,
      fix: 'Give a start before the end of the clip.',
    });
  }
  return { startSeconds, endSeconds: Math.min(endSeconds, durationSeconds) };
}
