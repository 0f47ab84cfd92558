import { UserError } from '../../errors.js';
import type { Frame } from '../clip.js';
import { interruption, oversized, quote, tooLargeFailure } from '../failures.js';
import type { ToolExit } from '../ffmpeg/ffmpeg.js';
import { type DecodedFrame, decodeFrames } from './decode.js';
import type { DecodePass, PlanKind } from './decode-plan.js';
import { createMatcher, type Match, selectFrames } from './frame-selection.js';
import type { Excerpt } from './mp4/excerpt.js';
import type { NeededSamples } from './mp4/needed-samples.js';
import { clipSeconds, type FrameIndex } from './packet-index.js';
import type { Probe } from './probe.js';
import type { OpenedVideo } from './video.js';

interface PassOfPlan {
  readonly kind: PlanKind;
  readonly pass: DecodePass;
  /** Frames that other passes gave: an error counts them too. */
  readonly before?: number;
}

/**
 * Runs ffmpeg once and yields the frames of a pass, in their order. Of any plan but `whole`, it ends at the first
 * frame that does not come as expected.
 *
 * @throws UserError of the kind `whole`, as openVideo says; of the others only what ended ffmpeg before its time.
 */
export async function* readPass(
  video: OpenedVideo,
  { kind, pass, before = 0 }: PassOfPlan,
): AsyncGenerator<Frame, void> {
  const { path, preprocessing, decoderThreads, limits, probe } = video;
  const { index } = probe;
  const { targets, boundaries } = selectFrames(index, pass.frames, pass.reach);
  const seekSeconds = pass.samples ? undefined : seekSecondsOf(probe, pass.startFrame);
  const matcher = createMatcher<DecodedFrame>(targets);
  let found = 0;
  for await (const event of decodeFrames({
    ...{ path, index, boundaries, preprocessing, decoderThreads, seekSeconds, ...limits },
    ...(pass.samples
      ? { skipOptions: [], excerpt: excerptOf(video, pass.samples) }
      : { skipOptions: skipOptionsOf(kind, probe) }),
  })) {
    const interrupted = event.kind !== 'frame' && interruption(path, event, limits.timeBudget);
    if (interrupted) throw interrupted;
    for (const match of event.kind === 'frame' ? matcher.take(event) : matcher.finish()) {
      if (kind !== 'whole' && match.target !== targets[found]) return;
      found += 1;
      yield* copiesOf(match, { index, frames: pass.frames });
    }
    // What comes behind the last wanted frame need not be decoded.
    if (matcher.isDone() && (found === targets.length || kind !== 'whole')) return;
    if (event.kind === 'frame' || kind !== 'whole') continue;
    const counts = { found: before + found, expected: before + targets.length };
    const failure = decodingFailure(path, { exit: event, ...counts });
    if (failure) throw failure;
  }
}

function excerptOf({ path, probe }: OpenedVideo, samples: NeededSamples): Excerpt {
  if (!probe.stored) throw new Error('Only of an ordinary MP4 file is it known where its frames lie');
  return { path, stored: probe.stored, ...samples };
}

function* copiesOf(
  { target, decoded }: Match<DecodedFrame>,
  { index, frames }: { index: FrameIndex; frames: readonly number[] },
): Generator<Frame> {
  const timeSeconds =
    index.kind === 'stamped'
      ? clipSeconds(decoded.position, index.positions)
      : index.timeline.startSeconds[decoded.position]!;
  const first = frames.indexOf(target.frame);
  for (let copy = first; frames[copy] === target.frame; copy++) {
    yield { timeSeconds, pixels: copy === first ? decoded.pixels : decoded.pixels.slice() };
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
      // Of MP4, ffmpeg 4 then tells wrong times.
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

interface DecodingResult {
  readonly exit: ToolExit;
  readonly found: number;
  readonly expected: number;
}

function decodingFailure(path: string, { exit, found, expected }: DecodingResult): UserError | null {
  const words = quote(exit.errorLines);
  const hasErrors = exit.errorLines.length > 0 || (exit.kind === 'exited' && exit.exitCode !== 0);
  if (found === expected && !(exit.kind === 'exited' && exit.exitCode !== 0)) return null;
  const counts = `expected ${expected} frames, got ${found}`;
  const size = oversized(exit.errorLines);
  if (size) return tooLargeFailure(path, size);
  if (exit.errorLines.some((line) => /[Dd]ecoder .*not found|[Nn]o decoder found/.test(line))) {
    return new UserError('unreadable', {
      problem: `${path} is in a format that this ffmpeg cannot decode; ${words}.`,
      fix: 'Use a newer ffmpeg (CLIPSTEP_FFMPEG names the one to use), or convert the clip to H.264.',
    });
  }
  if (hasErrors) {
    return new UserError('corrupt', {
      problem: `${path} is damaged: ${counts}; ${words}.`,
      fix: 'Copy or record it again, or convert what can be read: ffmpeg -i damaged.mp4 repaired.mp4',
    });
  }
  return new UserError(found === 0 ? 'no_frames' : 'partial', {
    problem: `${path} does not give the frames that it lists: ${counts}; ${words}.`,
    fix: 'Convert it: ffmpeg -i broken.mp4 repaired.mp4',
  });
}
