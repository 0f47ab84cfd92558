import { UserError } from '../../errors.js';
import type { Frame } from '../clip.js';
import { interruption, oversized, quote, tooLargeFailure } from '../failures.js';
import type { ToolExit } from '../ffmpeg/ffmpeg.js';
import { type DecodedFrame, decodeFrames } from './decode.js';
import { type DecodePass, type PlanKind, UNREFERENCED_RUN } from './decode-plan.js';
import { createMatcher, type Match, selectFrames } from './frame-selection.js';
import { clipSeconds, type FrameIndex } from './packet-index.js';
import type { Probe } from './probe.js';
import type { OpenedVideo } from './video.js';

interface PassOfPlan {
  readonly kind: PlanKind;
  readonly pass: DecodePass;
}

/**
 * Runs ffmpeg once and yields the frames of a pass, in their order. Of any plan but `whole`, it ends at the first
 * frame that does not come as expected.
 *
 * @throws UserError of the kind `whole`, as openVideo says; of the others only what ended ffmpeg before its time.
 */
export async function* readPass(video: OpenedVideo, { kind, pass }: PassOfPlan): AsyncGenerator<Frame, void> {
  const { path, preprocessing, limits, probe } = video;
  const { index } = probe;
  const { targets, boundaries } = selectFrames(index, pass.frames, REACH_FRAMES[kind]);
  const seekSeconds = seekSecondsOf(probe, pass.startFrame);
  const matcher = createMatcher<DecodedFrame>(targets);
  let found = 0;
  for await (const event of decodeFrames({
    ...{ path, index, boundaries, preprocessing, plan: kind, seekSeconds, ...limits },
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
    const failure = decodingFailure(path, { exit: event, found, expected: targets.length });
    if (failure) throw failure;
  }
}

/**
 * How far off, in frames, one may be that stands for a wanted one. Where all are decoded, a packet may show none
 * of its own; where some are passed over, the place of one that was is taken by the next that was not.
 */
const REACH_FRAMES: Record<PlanKind, number> = {
  whole: 2,
  seeks: 0,
  keyframes: 0,
  'reference-only': UNREFERENCED_RUN,
};

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

/**
 * What to ask of ffmpeg so that it begins at a keyframe. Its own search takes the last keyframe up to a time:
 * by the order of showing in MP4, and elsewhere by that of decoding, for which it goes back by 0.13 s itself. In
 * Matroska, which lists keyframes by when they are shown, that would lead to the keyframe before.
 */
function seekSecondsOf({ index, container }: Probe, startFrame: number): number | undefined {
  if (startFrame === 0 || index.kind === 'counted') return undefined;
  const { positions, timeline } = index;
  const stamp = positions[startFrame]!;
  const halfWayTo = (frame: number) => ((positions[frame] ?? stamp) - stamp) / 2;
  if (container.startsWith('mov')) return stamp + halfWayTo(startFrame + 1);
  if (!container.startsWith('matroska')) return stamp;
  const next = timeline.isKeyframe.indexOf(true, startFrame + 1);
  return stamp + Math.min(MATROSKA_LEAD_SECONDS, next < 0 ? Number.POSITIVE_INFINITY : halfWayTo(next));
}

/** A little more than the 3/23 s by which ffmpeg goes back. */
const MATROSKA_LEAD_SECONDS = 0.14;

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
