import { UserError } from '../../errors.js';
import { counted } from '../../platform/counted.js';
import type { ClipContent, Frame, FrameRequest } from '../clip.js';
import { ffmpegCommand } from '../ffmpeg/advice-command.js';
import type { RunLimits } from '../ffmpeg/ffmpeg.js';
import { pairUp, planPairs } from '../pairs.js';
import { sampleFrames } from '../sampling.js';
import { requestedSpan } from '../span.js';
import { type DecodePlan, type PlanChoice, type PlanKind, planDecode, wholePass } from './decode-plan.js';
import type { OpenedVideo } from './opened-video.js';
import type { Probe } from './probe.js';
import { readCarefully } from './read-carefully.js';
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
  const { sampling, seed = 0, pace, decoderThreads, allowDamaged = false } = request;
  const isCutOff = probe.cutOff !== null && endSeconds > timeline.durationSeconds;
  if (isCutOff && !(allowDamaged && isAnimatedPng(probe))) throw cutOffFailure(path, probe);
  const chosen = sampleFrames(timeline, { sampling, span, seed, pace });
  const pairs = gap && planPairs(timeline, { chosen, span, gap });
  const wanted = pairs?.frames ?? chosen;
  const plan = planDecode(index, wanted, { megapixels, stored, choice: planChoice(request, probe) });
  const video = { path, preprocessing, decoderThreads, allowDamaged, limits, probe };
  const read = readFrames(video, { plan, wanted });
  const frames = isCutOff ? markLast(read, wanted) : read;
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
function planChoice(
  { plan = 'exact', pairGap }: FrameRequest,
  { file, container, index, isContainerDamaged }: Probe,
): PlanChoice {
  if (isContainerDamaged || file.film || index.codedPositions) return 'whole';
  if (READ_FROM_START.has(container)) return 'whole';
  return pairGap && plan !== 'whole' && plan !== 'excerpt' && plan !== 'seeks' ? 'exact' : plan;
}

/** Of which ffmpeg does not find every place, or forgets what lies before it. */
const READ_FROM_START: ReadonlySet<string> = new Set(['mjpeg', 'apng', 'png_pipe', 'avi']);

/** Where a plan does not give what it should, or comes upon damage, the clip is decoded from its start for what is missing. */
async function* readFrames(
  video: OpenedVideo,
  { plan, wanted }: { plan: DecodePlan; wanted: readonly number[] },
): AsyncGenerator<Frame, void> {
  let given = 0;
  let kind: PlanKind = plan.kind;
  const passes = [...plan.passes];
  while (!video.probe.isContainerDamaged) {
    const pass = passes.shift();
    if (!pass) return;
    const end = yield* readPass(video, { kind, pass });
    given += end.given;
    if (end.kind === 'suspect') break;
    if (end.kind === 'complete') continue;
    kind = 'whole';
    passes.splice(0, passes.length, wholePass(wanted.slice(given)));
  }
  const before = new Set(wanted.slice(0, given)).size;
  yield* readCarefully(video, { frames: wanted.slice(given), before });
}

const isAnimatedPng = ({ container }: Probe): boolean => container === 'apng';

/** Of a clip that breaks off, the last frame stands for what is lost. */
async function* markLast(
  frames: AsyncIterable<Frame>,
  wanted: readonly number[],
): AsyncGenerator<Frame, void> {
  let left = wanted.indexOf(wanted.at(-1)!);
  for await (const frame of frames) {
    yield left > 0 ? frame : { ...frame, isDamaged: true };
    left -= 1;
  }
}

function cutOffFailure(path: string, probe: Probe): UserError {
  const { index, cutOff } = probe;
  const { length } = index.positions;
  const declared = cutOff?.declaredFrames;
  const where = declared
    ? `: expected ${declared} frames, got ${length}`
    : ` after ${counted(length, 'frame')}`;
  return new UserError('partial', {
    problem: `${path} breaks off${where}; ${cutOff?.words}.`,
    fix: `Copy or record it again. To use ${isAnimatedPng(probe) ? 'what is there, give --allow-damaged.' : commandForRest(path, probe)}`,
  });
}

const commandForRest = (path: string, { index }: Probe): string =>
  `the ${index.timeline.durationSeconds.toFixed(2)} s that are there, make a file of them: ${ffmpegCommand({ path, options: '-c copy', suffix: '-whole' })}`;
