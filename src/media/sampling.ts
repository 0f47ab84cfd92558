import { random } from '../random.js';
import type { Sampling } from './frame-schema.js';

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

/** How fast a clip is read, and how evenly. */
export interface Pace {
  /** How far each time may move, as a share of the interval between two: at most 0.5, which keeps their order. */
  readonly jitter: number;
  /**
   * Seconds of the clip that go by in a second of what is read. Where frames are spread over the clip it is at
   * most 1, the share of it over which they are spread instead.
   */
  readonly speed: number;
  /** Where that share lies: 0 at the start, 1 at the end. */
  readonly position: number;
}

const AS_RECORDED: Pace = { jitter: 0, speed: 1, position: 0 };

/** At `segments` sampling: just as far as times may move without leaving their spans. */
const HALF_A_SPAN = 0.5;

/**
 * Chooses the frames of a clip that are read: indices into its timeline, never falling. "At a time" means
 * the frame that is on screen then, so that a variable frame rate, a slow clip and an image sequence are
 * all treated the same, and a clip with fewer frames than asked for repeats each as long as it is on screen.
 *
 * - `uniform`: at the centres of T equal spans; always T frames.
 * - `segments`: at a random time in each of T equal spans; always T frames.
 * - `fps`: at every tick from the start on, at most `maxFrames` of them, which leaves out the clip's end.
 * - `keyframes`: the frames stored whole; when there are more than `maxFrames`, as many spread evenly over
 *   them; when there is none in the span, the first frame on screen. The pace is not asked.
 *
 * @param options.seed draws the times of `segments` and of a pace with jitter.
 * @returns at least one index.
 */
export function sampleFrames(timeline: Timeline, options: SampleOptions): number[] {
  const { sampling, span } = options;
  if (sampling.kind === 'keyframes') return sampleKeyframes(timeline, { span, ...sampling });
  return sampleTimes({ ...options, sampling }).map((seconds) => frameOnScreen(timeline, seconds));
}

interface SampleOptions<S extends Sampling = Sampling> {
  readonly sampling: S;
  readonly span: Span;
  readonly seed: number;
  readonly pace?: Pace | undefined;
}

/** Sampling at times that do not depend on the clip's frames. */
export type TimedSampling = Exclude<Sampling, { kind: 'keyframes' }>;

/** The times whose frames sampleFrames takes: seconds from the clip's start, rising. */
export function sampleTimes(options: SampleOptions<TimedSampling>): number[] {
  const { sampling, span, seed, pace = AS_RECORDED } = options;
  switch (sampling.kind) {
    case 'uniform':
      return spread(sampling.frames, { span: partOf(span, pace), shift: shifts(seed, pace) });
    case 'segments': {
      const shift = shifts(seed, { jitter: HALF_A_SPAN });
      return spread(sampling.frames, { span: partOf(span, pace), shift });
    }
    case 'fps':
      return ticks({ ...sampling, span, pace, shift: shifts(seed, pace) });
  }
}

/** Gives how far the next time moves, in intervals. */
type Shift = () => number;

function shifts(seed: number, { jitter }: Pick<Pace, 'jitter'>): Shift {
  if (jitter === 0) return () => 0;
  const stream = random(seed, 'times');
  return () => 2 * jitter * (stream.float() - 0.5);
}

function partOf({ startSeconds, endSeconds }: Span, { speed, position }: Pace): Span {
  const seconds = speed * (endSeconds - startSeconds);
  const start = startSeconds + position * (endSeconds - startSeconds - seconds);
  return { startSeconds: start, endSeconds: start + seconds };
}

function spread(frames: number, { span, shift }: { span: Span; shift: Shift }): number[] {
  const spanSeconds = span.endSeconds - span.startSeconds;
  return count(frames, (index) => span.startSeconds + ((index + 0.5 + shift()) / frames) * spanSeconds);
}

interface Ticks {
  readonly framesPerSecond: number;
  readonly maxFrames: number;
  readonly span: Span;
  readonly pace: Pace;
  readonly shift: Shift;
}

function ticks({ framesPerSecond, maxFrames, span, pace, shift }: Ticks): number[] {
  const rate = framesPerSecond / pace.speed;
  const whole = Math.max(1, Math.ceil((span.endSeconds - span.startSeconds) * rate - TICK_TOLERANCE));
  return count(Math.min(whole, maxFrames), (index) => {
    const tick = span.startSeconds + index / rate;
    const moved = tick + shift() / rate;
    // One that would leave the clip, as the first may, stays.
    return moved >= span.startSeconds && moved < span.endSeconds ? moved : tick;
  });
}

/** Of a tick: where a clip of 2 s is sampled at 30 a second, rounding must not make a 61st tick. */
const TICK_TOLERANCE = 1e-6;

/** Of a time, in seconds: containers round to microseconds, so a tick may seem to lie just before its frame. */
export const TIME_TOLERANCE_SECONDS = 2e-6;

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
