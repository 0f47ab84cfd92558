import { leastDecoded, previousKeyframe } from './keyframes.js';
import { countDecoded, type NeededSamples, neededSamples } from './mp4/needed-samples.js';
import type { StoredFrames } from './mp4/samples.js';
import type { FrameIndex } from './packet-index.js';

/** Ways to decode a clip for some of its frames; see planDecode. */
export const PLAN_KINDS = ['whole', 'excerpt', 'seeks', 'keyframes', 'nearby', 'reference-only'] as const;
export type PlanKind = (typeof PLAN_KINDS)[number];

/** A run of ffmpeg: it begins at a frame and ends after the last one that is wanted of it. */
export interface DecodePass {
  /** A keyframe to begin at; 0: the clip's start. */
  readonly startFrame: number;
  /** Indices into the timeline, never falling: those of the wanted frames, or neighbours in their place. */
  readonly frames: readonly number[];
  /** How far off, in frames, one may be that comes in place of one of these. */
  readonly reach: number;
  /** What is handed to ffmpeg; the whole file, of which it passes over some, when absent. */
  readonly samples?: NeededSamples;
}

/**
 * How the wanted frames are had, in passes one after the other.
 * - `whole`: everything is decoded from the clip's start to the last wanted frame. Exact, and always possible.
 * - `excerpt`: of an ordinary MP4 file, only the frames that wanted ones depend on are handed to ffmpeg. The very same
 *   frames.
 * - `seeks`: only what lies between a wanted frame and the keyframe before it. The very same frames.
 * - `keyframes`: only frames that are stored whole, the nearest one for each that is wanted.
 * - `nearby`: a keyframe or an earlier frame in place of each that is wanted, so that less lies between them and the
 *   keyframes before them.
 * - `reference-only`: without the frames that no other depends on; in place of such a one the next that is left.
 */
export interface DecodePlan {
  readonly kind: PlanKind;
  readonly passes: readonly DecodePass[];
  /** Estimated, on the machine of the constants below. */
  readonly milliseconds: number;
}

/**
 * Which plan: `exact` gives the wanted frames and no others; `quick` may give neighbours, at most half the
 * distance between wanted frames away; a kind forces that one, whatever it costs, where it is possible, and
 * `whole` elsewhere.
 */
export type PlanChoice = 'exact' | 'quick' | PlanKind;

/**
 * Chooses the plan that costs the least.
 *
 * @param wanted indices into the timeline, never falling, at least one.
 * @param options.megapixels of a frame.
 * @param options.stored null where the file is no ordinary MP4.
 */
export function planDecode(
  index: FrameIndex,
  wanted: readonly number[],
  { choice, megapixels, stored }: PlanOptions,
): DecodePlan {
  const frameMilliseconds = DECODE_MILLISECONDS * megapixels;
  const whole = planWhole(wanted, frameMilliseconds);
  // Where frames are counted, all must be decoded to keep their numbers.
  if (index.kind === 'counted') return whole;
  const seeks = (cost: number) => planSeeks(index, wanted, cost);
  const keyframes = (frames: readonly number[] | null) =>
    planKeyframes(index, frames, { frameMilliseconds, stored });
  const excerpt = () => stored && planExcerpt(index, wanted, { frameMilliseconds, stored });
  const exact = () => least([whole, excerpt(), seeks(frameMilliseconds), keyframes(wanted)]);
  const near = {
    keyframes: () => keyframes(leastDecoded(index, wanted)),
    nearby: (cost: number) => planNearby(index, wanted, { frameMilliseconds: cost, stored }),
    'reference-only': (leastReach: number) =>
      planReferenceOnly(index, wanted, { frameMilliseconds, leastReach }),
  };
  switch (choice) {
    case 'whole':
      return whole;
    case 'excerpt':
      return excerpt() ?? whole;
    case 'seeks':
      return seeks(Number.POSITIVE_INFINITY) ?? whole;
    case 'keyframes':
      return near.keyframes() ?? whole;
    case 'nearby':
      return near.nearby(Number.POSITIVE_INFINITY) ?? whole;
    case 'reference-only':
      return near['reference-only'](1) ?? whole;
    case 'exact':
      return exact();
    case 'quick': {
      const same = exact();
      const best = least([
        same,
        near.keyframes(),
        near.nearby(frameMilliseconds),
        near['reference-only'](USUAL_RUN),
      ]);
      return isWorthwhile(best, same) ? best : same;
    }
  }
}

interface PlanOptions {
  readonly choice: PlanChoice;
  readonly megapixels: number;
  readonly stored: StoredFrames | null;
}

/**
 * Other frames than the wanted ones must save a third of the time, and half a second. In clips of two seconds, half the
 * distance between wanted frames changes what a network says (`npm run bench -- plans`). Where decoding takes
 * seconds, wanted frames are mostly seconds apart, and which one of a second is read matters less.
 */
const isWorthwhile = (near: DecodePlan, exact: DecodePlan): boolean =>
  near.milliseconds <= (exact.milliseconds * 2) / 3 && near.milliseconds <= exact.milliseconds - 500;

const least = (plans: ReadonlyArray<DecodePlan | null>): DecodePlan =>
  plans
    .filter((plan) => plan !== null)
    .reduce((best, plan) => (plan.milliseconds < best.milliseconds ? plan : best));

/** A megapixel of H.264 on two cores, roughly: 3.5 s for a minute of 1080p, 3,110 megapixels. */
const DECODE_MILLISECONDS = 1.2;

/** To start ffmpeg, to open the file and to fill the decoder: an estimate, between a static ffmpeg's and Debian's. */
const PASS_MILLISECONDS = 50;

/** To look for the place in the file. Also keeps short clips from seeking for next to nothing. */
const SEEK_MILLISECONDS = 10;

/** To write an excerpt; also keeps clips from it of which nearly all frames are wanted. */
const HAND_OVER_MILLISECONDS = 1;

/** To read a packet and throw it away: an estimate. */
const SKIP_MILLISECONDS = 0.1;

/** Of the frames in a clip with B-frames, those that others depend on: 7.8 s of processor time by the 12.9 s of `whole`. */
const REFERENCE_SHARE = 0.6;

function planWhole(wanted: readonly number[], frameMilliseconds: number): DecodePlan {
  const frames = wanted.at(-1)! + 1;
  return {
    kind: 'whole',
    passes: [wholePass(wanted)],
    milliseconds: PASS_MILLISECONDS + frames * frameMilliseconds,
  };
}

/** Everything is decoded, but a packet may show no frame of its own, such as the second field of a picture. */
export const wholePass = (frames: readonly number[]): DecodePass => ({ startFrame: 0, frames, reach: 2 });

/** A new pass begins where running on to the next wanted frame's keyframe would cost more. */
function planSeeks(
  index: FrameIndex,
  wanted: readonly number[],
  frameMilliseconds: number,
): DecodePlan | null {
  const passes: Array<DecodePass & { frames: number[] }> = [];
  let milliseconds = 0;
  let reached = 0;
  for (const frame of wanted) {
    const keyframe = previousKeyframe(index, frame);
    const pass = passes.at(-1);
    if (pass && (keyframe - reached) * frameMilliseconds <= PASS_MILLISECONDS + SEEK_MILLISECONDS) {
      pass.frames.push(frame);
      milliseconds += (frame - reached) * frameMilliseconds;
    } else {
      passes.push({ startFrame: keyframe, frames: [frame], reach: 0 });
      milliseconds += PASS_MILLISECONDS + SEEK_MILLISECONDS + (frame - keyframe + 1) * frameMilliseconds;
    }
    reached = frame;
  }
  return passes.every(({ startFrame }) => startFrame === 0) ? null : { kind: 'seeks', passes, milliseconds };
}

interface Costs {
  readonly frameMilliseconds: number;
  readonly stored: StoredFrames | null;
}

function planExcerpt(
  index: FrameIndex,
  frames: readonly number[],
  { frameMilliseconds, stored }: Costs & { stored: StoredFrames },
): DecodePlan | null {
  const samples = neededSamples(index, stored, frames);
  if (!samples) return null;
  // H.265 does not say which frames no other depends on.
  const share = index.isReordered && stored.codec.kind === 'h264' ? REFERENCE_SHARE : 1;
  return {
    kind: 'excerpt',
    passes: [{ startFrame: 0, frames, reach: 0, samples }],
    milliseconds:
      PASS_MILLISECONDS + HAND_OVER_MILLISECONDS + countDecoded(samples, share) * frameMilliseconds,
  };
}

/** @param frames null where there are none to take. Those that are not all keyframes make no such plan. */
function planKeyframes(
  index: FrameIndex,
  frames: readonly number[] | null,
  { frameMilliseconds, stored }: Costs,
): DecodePlan | null {
  const { timeline } = index;
  if (!frames?.every((frame) => timeline.isKeyframe[frame])) return null;
  const excerpt = stored && planExcerpt(index, frames, { frameMilliseconds, stored });
  if (excerpt) return { ...excerpt, kind: 'keyframes' };
  const [first, last] = [frames[0]!, frames.at(-1)!];
  const keyframes = timeline.isKeyframe.slice(first, last + 1).filter(Boolean).length;
  return {
    kind: 'keyframes',
    passes: [{ startFrame: first, frames, reach: 0 }],
    milliseconds:
      PASS_MILLISECONDS + keyframes * frameMilliseconds + (last - first + 1 - keyframes) * SKIP_MILLISECONDS,
  };
}

function planNearby(
  index: FrameIndex,
  wanted: readonly number[],
  { frameMilliseconds, stored }: Costs,
): DecodePlan | null {
  const frames = leastDecoded(index, wanted);
  if (!frames) return null;
  const excerpt = stored && planExcerpt(index, frames, { frameMilliseconds, stored });
  const plan = excerpt ?? planSeeks(index, frames, frameMilliseconds);
  return plan && { ...plan, kind: 'nearby' };
}

/** As many frames as x264 sets in a row, by default, on which no other may depend. */
const USUAL_RUN = 3;

function planReferenceOnly(
  index: FrameIndex,
  wanted: readonly number[],
  { frameMilliseconds, leastReach }: { frameMilliseconds: number; leastReach: number },
): DecodePlan | null {
  const reach = Math.floor(leastDistance(wanted) / 2);
  if (!index.isReordered || reach < leastReach) return null;
  const keyframe = previousKeyframe(index, wanted[0]!);
  const frames = wanted.at(-1)! - keyframe + 1;
  return {
    kind: 'reference-only',
    passes: [{ startFrame: keyframe, frames: wanted, reach }],
    milliseconds: PASS_MILLISECONDS + frames * REFERENCE_SHARE * frameMilliseconds,
  };
}

/** Between wanted frames that differ; a single one may be moved as if the next were far away. */
function leastDistance(wanted: readonly number[]): number {
  const distinct = [...new Set(wanted)];
  return distinct.reduce(
    (least, frame, position) => Math.min(least, position === 0 ? least : frame - distinct[position - 1]!),
    2 * LONGEST_RUN,
  );
}

/** Codecs allow no more B-frames in a row. */
const LONGEST_RUN = 16;
