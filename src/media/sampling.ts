import type { Sampling } from '../config.js';
import { random } from '../random.js';

/** When the frames of a clip are on screen. */
export interface Timeline {
  /** Seconds from the clip's start at which each frame appears: from 0, rising. At least one frame. */
  readonly startSeconds: Float64Array;
  /** Whether each frame was stored whole, so that decoding can begin at it. */
  readonly isKeyframe: readonly boolean[];
  /** Until when the last frame is on screen. */
  readonly durationSeconds: number;
}

/** A part of a clip, in seconds from its start, not empty. */
export interface Span {
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/**
 * Chooses the frames of a clip that are read: indices into its timeline, never falling. "At a time" means
 * the frame that is on screen then, so that a variable frame rate, a slow clip and an image sequence are
 * all treated alike, and a clip with fewer frames than asked for repeats each as long as it is on screen.
 *
 * - `uniform`: at the centres of T equal spans; always T frames.
 * - `segments`: at a random time in each of T equal spans, drawn from `seed`; always T frames.
 * - `fps`: at every tick from the start on, at most `maxFrames` of them, which leaves out the clip's end.
 * - `keyframes`: the frames stored whole; when there are more than `maxFrames`, as many spread evenly over
 *   them; when there is none in the span, the first frame on screen.
 *
 * @returns at least one index.
 */
export function sampleFrames(
  timeline: Timeline,
  { sampling, span, seed }: { sampling: Sampling; span: Span; seed: number },
): number[] {
  const spanSeconds = span.endSeconds - span.startSeconds;
  const at = (seconds: number) => frameOnScreen(timeline, seconds);
  switch (sampling.kind) {
    case 'uniform':
      return count(sampling.frames, (index) =>
        at(span.startSeconds + ((index + 0.5) / sampling.frames) * spanSeconds),
      );
    case 'segments': {
      const stream = random(seed, 'segments');
      return count(sampling.frames, (index) =>
        at(span.startSeconds + ((index + stream.float()) / sampling.frames) * spanSeconds),
      );
    }
    case 'fps': {
      const ticks = Math.max(1, Math.ceil(spanSeconds * sampling.framesPerSecond - TICK_TOLERANCE));
      return count(Math.min(ticks, sampling.maxFrames), (index) =>
        at(span.startSeconds + index / sampling.framesPerSecond),
      );
    }
    case 'keyframes':
      return sampleKeyframes(timeline, { span, maxFrames: sampling.maxFrames });
  }
}

/** Of a tick: where a clip of 2 s is sampled at 30 a second, rounding must not make a 61st tick. */
const TICK_TOLERANCE = 1e-6;

/** Of a time, in seconds: containers round to microseconds, so a tick may seem to lie just before its frame. */
const TIME_TOLERANCE_SECONDS = 2e-6;

/** The last frame that has appeared by that time; the first one before it has. */
export function frameOnScreen({ startSeconds }: Timeline, seconds: number): number {
  let low = 0;
  let high = startSeconds.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (startSeconds[middle]! <= seconds + TIME_TOLERANCE_SECONDS) low = middle;
    else high = middle - 1;
  }
  return low;
}

function sampleKeyframes(
  timeline: Timeline,
  { span, maxFrames }: { span: Span; maxFrames: number },
): number[] {
  const first = frameOnScreen(timeline, span.startSeconds);
  const keyframes: number[] = [];
  for (let index = first; index < timeline.startSeconds.length; index++) {
    const seconds = timeline.startSeconds[index]!;
    if (seconds >= span.endSeconds) break;
    if (timeline.isKeyframe[index] && seconds >= span.startSeconds) keyframes.push(index);
  }
  if (keyframes.length === 0) return [first];
  if (keyframes.length <= maxFrames) return keyframes;
  return count(maxFrames, (index) => keyframes[Math.floor(((index + 0.5) / maxFrames) * keyframes.length)]!);
}

function count(length: number, indexAt: (position: number) => number): number[] {
  return Array.from({ length }, (_, position) => indexAt(position));
}
