import { UserError } from '../../errors.js';
import type { ClipContent, Frame, FrameRequest } from '../clip.js';
import type { RunLimits } from '../ffmpeg/ffmpeg.js';
import type { Preprocessing } from '../frame-schema.js';
import { pairUp, planPairs } from '../pairs.js';
import { sampleFrames } from '../sampling.js';
import { requestedSpan } from '../span.js';
import { type DecodePlan, type PlanChoice, planDecode, wholePass } from './decode-plan.js';
import type { Probe } from './probe.js';
import { readPass } from './read-pass.js';

/**
 * Opens a video of which the packets are known; it is decoded when its frames are read.
 *
 * @throws UserError as requestedSpan; `partial` when the file breaks off within the part that is asked for.
 *   Reading the frames throws `corrupt`, `partial`, `no_frames`, `too_large`, `unreadable` (ffmpeg lacks the
 *   decoder), `timeout`, `killed`, `aborted` or `missing_tool`.
 */
export function openVideo(path: string, { probe, request, limits }: OpenOptions): ClipContent {
  const { index, megapixels, stored } = probe;
  const { timeline } = index;
  const span = requestedSpan(path, timeline.durationSeconds, request);
  const { endSeconds = Number.POSITIVE_INFINITY, pairGap: gap, preprocessing } = request;
  if (probe.cutOff && endSeconds > timeline.durationSeconds) throw cutOffFailure(path, probe);
  const { sampling, seed = 0, pace, decoderThreads } = request;
  const chosen = sampleFrames(timeline, { sampling, span, seed, pace });
  const pairs = gap && planPairs(timeline, { chosen, span, gap });
  const wanted = pairs?.frames ?? chosen;
  const plan = planDecode(index, wanted, { megapixels, stored, choice: planChoice(request) });
  const frames = readFrames({ path, preprocessing, decoderThreads, limits, probe }, { plan, wanted });
  return {
    plan: plan.kind,
    durationSeconds: timeline.durationSeconds,
    frameCount: chosen.length,
    frames: pairs ? pairUp(frames, pairs) : frames,
  };
}

interface OpenOptions {
  readonly probe: Probe;
  readonly request: FrameRequest;
  readonly limits: RunLimits;
}

/** What a pair shows depends on how far apart its frames are: neighbours in their place would show another thing. */
function planChoice({ plan = 'exact', pairGap }: FrameRequest): PlanChoice {
  return pairGap && plan !== 'whole' && plan !== 'excerpt' && plan !== 'seeks' ? 'exact' : plan;
}

/** A video whose frames are read. */
export interface OpenedVideo {
  readonly path: string;
  readonly preprocessing: Preprocessing;
  readonly decoderThreads: number | undefined;
  readonly limits: RunLimits;
  readonly probe: Probe;
}

/** Where a plan does not give what it should, the whole clip is decoded for what is missing, or to say what is wrong. */
async function* readFrames(
  video: OpenedVideo,
  { plan, wanted }: { plan: DecodePlan; wanted: readonly number[] },
): AsyncGenerator<Frame, void> {
  let given = 0;
  let due = 0;
  for (const pass of plan.passes) {
    due += pass.frames.length;
    for await (const frame of readPass(video, { kind: plan.kind, pass })) {
      given += 1;
      yield frame;
    }
    if (given < due) break;
  }
  const frames = wanted.slice(given);
  const before = new Set(wanted.slice(0, given)).size;
  if (frames.length > 0) yield* readPass(video, { kind: 'whole', pass: wholePass(frames), before });
}

function cutOffFailure(path: string, { index, cutOff }: Probe): UserError {
  const declared = cutOff?.declaredFrames ? `expected ${cutOff.declaredFrames} frames, ` : '';
  const { length } = index.positions;
  return new UserError('partial', {
    problem: `${path} breaks off: ${declared}got ${length}; ${cutOff?.words}.`,
    fix: `Copy or record it again. To use the ${index.timeline.durationSeconds.toFixed(2)} s that are there, make a file of them: ffmpeg -i broken.mp4 -c copy whole.mp4`,
  });
}
