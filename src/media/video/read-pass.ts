import type { Frame } from '../clip.js';
import { interruption } from '../failures.js';
import { tellsOfDamage } from './damage-words.js';
import { type DecodedFrame, type DecodeOptions, decodeFrames } from './decode.js';
import type { DecodePass, PlanKind } from './decode-plan.js';
import { decodingFailure } from './decoding-failure.js';
import { createMatcher, type Match, selectFrames } from './frame-selection.js';
import { createFindHeldBack } from './held-back.js';
import type { Excerpt } from './mp4/excerpt.js';
import type { NeededSamples } from './mp4/needed-samples.js';
import type { OpenedVideo } from './opened-video.js';
import { type FrameIndex, shownSeconds } from './packet-index.js';
import type { Probe } from './probe.js';

interface PassOfPlan {
  readonly kind: PlanKind;
  readonly pass: DecodePass;
}

/** How a pass ended: with all of its frames, with fewer than expected, or where ffmpeg reports damage. */
interface PassEnd {
  readonly kind: 'complete' | 'incomplete' | 'suspect';
  /** Frames that it gave, the first ones of the pass. */
  readonly given: number;
}

/**
 * Runs ffmpeg once and yields the frames of a pass, in their order, up to the first one that may be damaged. Of any plan
 * but `whole`, it ends at the first frame that does not come as expected.
 *
 * @throws UserError of the kind `whole`, as openVideo says; of the others only what ended ffmpeg before its time.
 */
export async function* readPass(
  video: OpenedVideo,
  { kind, pass }: PassOfPlan,
): AsyncGenerator<Frame, PassEnd, void> {
  const { path, limits, probe } = video;
  const { index } = probe;
  const { targets, boundaries } = selectFrames(index, pass.frames, pass.reach);
  // A packet of which no frame comes, and no fault is found with, is one that shows none.
  const matcher = createMatcher<DecodedFrame>(targets, () => kind === 'whole');
  let found = 0;
  let given = 0;
  const options = decodeOptions(video, { kind, pass, boundaries });
  const findHeldBack = createFindHeldBack(options);
  for await (const event of decodeFrames(options)) {
    const interrupted = event.kind !== 'frame' && interruption(path, event, limits.timeBudget);
    if (interrupted) throw interrupted;
    const isSuspect = event.kind === 'frame' ? event.isSuspect : event.errorLines.some(tellsOfDamage);
    if (isSuspect) return { kind: 'suspect', given };
    for (const match of event.kind === 'frame' ? matcher.take(event) : matcher.finish()) {
      if (match.target !== targets[found]) return { kind: 'incomplete', given };
      found += 1;
      const decoded = kind === 'whole' ? await findHeldBack(match.target, match.decoded) : match.decoded;
      for (const copy of copiesOf({ ...match, decoded }, { index, frames: pass.frames })) {
        given += 1;
        yield copy;
      }
    }
    // What comes after the last wanted frame need not be decoded.
    if (found === targets.length) return { kind: 'complete', given };
    if (event.kind === 'frame') continue;
    if (kind === 'whole') throw decodingFailure(video, { exit: event, found, expected: targets.length });
  }
  return { kind: 'incomplete', given };
}

function decodeOptions(
  video: OpenedVideo,
  { kind, pass, boundaries }: PassOfPlan & { boundaries: readonly number[] },
): DecodeOptions {
  const { preprocessing, decoderThreads, limits, probe } = video;
  const excerpt = pass.samples && excerptOf(video, pass.samples);
  return {
    ...limits,
    file: probe.file,
    coding: probe.coding,
    index: probe.index,
    boundaries,
    preprocessing,
    decoderThreads,
    seekSeconds: excerpt ? undefined : seekSecondsOf(probe, pass.startFrame),
    skipOptions: excerpt ? [] : skipOptionsOf(kind, probe),
    excerpt,
  };
}

function excerptOf({ path, probe }: OpenedVideo, samples: NeededSamples): Excerpt {
  if (!probe.stored) throw new Error('Only of an ordinary MP4 file is it known where its frames lie');
  return { path, stored: probe.stored, ...samples };
}

/** A frame as often as it is wanted, each time with memory of its own. */
export function* copiesOf(
  { target, decoded }: Match<DecodedFrame>,
  { index, frames }: { index: FrameIndex; frames: readonly number[] },
): Generator<Frame> {
  const timeSeconds = shownSeconds(index, decoded.position);
  const first = frames.indexOf(target.frame);
  for (let copy = first; frames[copy] === target.frame; copy++) {
    const pixels = copy === first ? decoded.pixels : decoded.pixels.slice();
    yield { timeSeconds, pixels, isDamaged: false };
  }
}

/** What the decoder passes over; with `-discard`, what it is not even given. */
function skipOptionsOf(kind: PlanKind, { container }: Probe): readonly string[] {
  switch (kind) {
    case 'whole':
    case 'excerpt':
    case 'seeks':
    case 'nearby':
      return [];
    case 'keyframes':
      // Of MP4, ffmpeg 4 then gives wrong times.
      return ['-skip_frame', 'nokey', ...(container.startsWith('mov') ? [] : ['-discard', 'nokey'])];
    case 'reference-only':
      return ['-skip_frame', 'noref'];
  }
}

/**
 * What to ask of ffmpeg so that it begins at a keyframe. It takes the last one up to a time, but first goes back by
 * 3/23 s in clips whose frames are reordered. MP4 and Matroska list keyframes by when they are shown, where that
 * leads to the keyframe before; elsewhere places are found by the time of decoding.
 */
function seekSecondsOf({ index, container }: Probe, startFrame: number): number | undefined {
  if (startFrame === 0 || index.kind === 'counted') return undefined;
  const { positions, timeline } = index;
  const stamp = positions[startFrame]!;
  if (!/^(?:mov|matroska)/.test(container)) return stamp;
  const next = timeline.isKeyframe.indexOf(true, startFrame + 1);
  return stamp + (next < 0 ? LEAD_SECONDS : Math.min(LEAD_SECONDS, (positions[next]! - stamp) / 2));
}

/** A little more than 3/23. */
const LEAD_SECONDS = 0.14;
