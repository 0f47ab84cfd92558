import { UserError } from '../../errors.js';
import type { Clip, Frame, FrameRequest } from '../clip.js';
import { interruption, quote } from '../failures.js';
import { findBinary } from '../ffmpeg/binaries.js';
import type { RunLimits, ToolExit } from '../ffmpeg/ffmpeg.js';
import { readInPairs } from '../pairs.js';
import { sampleFrames } from '../sampling.js';
import { requestedSpan } from '../span.js';
import { type DecodedFrame, decodeFrames } from './decode.js';
import { createMatcher, type Match, type Selection, selectFrames } from './frame-selection.js';
import { clipSeconds, type FrameIndex } from './packet-index.js';
import { type Probe, probeVideo } from './probe.js';

/**
 * Opens a video: probes it now, and decodes it when its frames are read.
 *
 * @throws UserError as probeVideo and requestedSpan; `partial` when the file breaks off within the part that
 *   is asked for. Reading the frames throws `corrupt`, `partial`, `no_frames`, `unreadable` (ffmpeg lacks
 *   the decoder), `timeout`, `killed`, `aborted` or `missing_tool`.
 */
export async function openVideo(path: string, request: FrameRequest, limits: RunLimits): Promise<Clip> {
  // Looked for meanwhile, which the first time takes as long as a short clip's probing.
  const [probe] = await Promise.all([probeVideo(path, limits), findBinary('ffmpeg')]);
  const { timeline } = probe.index;
  const span = requestedSpan(path, timeline.durationSeconds, request);
  const { endSeconds = Number.POSITIVE_INFINITY } = request;
  if (probe.cutOff && endSeconds > timeline.durationSeconds) throw cutOffFailure(path, probe);
  const chosen = sampleFrames(timeline, { sampling: request.sampling, span, seed: request.seed ?? 0 });
  return {
    kind: 'video',
    durationSeconds: timeline.durationSeconds,
    frameCount: chosen.length,
    frames: readInPairs({ timeline, span, chosen, gap: request.pairGap }, (frames) =>
      readFrames(path, { request, limits, probe, chosen: frames }),
    ),
  };
}

interface Reading {
  readonly request: FrameRequest;
  readonly limits: RunLimits;
  readonly probe: Probe;
  /** Frames of the timeline, never falling; one that was chosen several times comes as often. */
  readonly chosen: readonly number[];
}

async function* readFrames(path: string, reading: Reading): AsyncGenerator<Frame, void> {
  const { request, limits, probe, chosen } = reading;
  const { index } = probe;
  const selection = selectFrames(index, chosen);
  const events = decodeFrames({
    ...{ path, index, selection, preprocessing: request.preprocessing, ...limits },
    keyframesOnly: request.sampling.kind === 'keyframes' && areKeyframes(index, chosen),
    seekSeconds: seekSeconds(probe, selection),
  });
  const matcher = createMatcher<DecodedFrame>(selection.targets);
  let found = 0;
  for await (const event of events) {
    const interrupted = event.kind !== 'frame' && interruption(path, event, limits.timeBudget);
    if (interrupted) throw interrupted;
    for (const match of event.kind === 'frame' ? matcher.take(event) : matcher.finish()) {
      found += 1;
      yield* copiesOf(match, { index, chosen });
    }
    // What comes behind the last wanted frame need not be decoded.
    if (matcher.isDone() && found === selection.targets.length) return;
    if (event.kind === 'frame') continue;
    const failure = decodingFailure(path, { exit: event, found, expected: selection.targets.length });
    if (failure) throw failure;
  }
}

/** Where frames are counted, all must be decoded to keep their numbers. */
function areKeyframes({ kind, timeline }: FrameIndex, frames: readonly number[]): boolean {
  return kind === 'stamped' && frames.every((frame) => timeline.isKeyframe[frame]);
}

function* copiesOf(
  { target, decoded }: Match<DecodedFrame>,
  { index, chosen }: { index: FrameIndex; chosen: readonly number[] },
): Generator<Frame> {
  const timeSeconds =
    index.kind === 'stamped'
      ? clipSeconds(decoded.position, index.positions)
      : index.timeline.startSeconds[decoded.position]!;
  const first = chosen.indexOf(target.frame);
  for (let copy = first; chosen[copy] === target.frame; copy++) {
    yield { timeSeconds, pixels: copy === first ? decoded.pixels : decoded.pixels.slice() };
  }
}

/** Below this, in seconds, decoding from the clip's start costs less than looking for another one. */
const LEAST_SEEK_SECONDS = 10;

/** Where decoding can begin so that the first wanted frame comes out: the last keyframe up to it. */
function seekSeconds({ index, startStampSeconds }: Probe, selection: Selection): number | undefined {
  let keyframe = selection.targets[0]!.frame;
  while (keyframe > 0 && !index.timeline.isKeyframe[keyframe]) keyframe -= 1;
  const isFar = index.timeline.startSeconds[keyframe]! >= LEAST_SEEK_SECONDS;
  return index.kind === 'stamped' && isFar ? index.positions[keyframe]! - startStampSeconds : undefined;
}

function cutOffFailure(path: string, { index, cutOff }: Probe): UserError {
  const declared = cutOff?.declaredFrames ? `expected ${cutOff.declaredFrames} frames, ` : '';
  const { length } = index.positions;
  return new UserError('partial', {
    problem: `${path} breaks off: ${declared}got ${length}; ${cutOff?.words}.`,
    fix: `Copy or record it again. To use the ${index.timeline.durationSeconds.toFixed(2)} s that are there, make a file of them: ffmpeg -i broken.mp4 -c copy whole.mp4`,
  });
}

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
