import { createTimeBudget } from '../platform/child-process/time-budget.js';
import type { Clip, FrameRequest } from './clip.js';
import { abortedFailure } from './failures.js';
import { findBinary } from './ffmpeg/binaries.js';
import { type ClipLocation, locateClip } from './inputs.js';
import { type Probe, probeVideo } from './video/probe.js';
import { openVideo } from './video/video.js';

export type { Clip, Frame, FrameRequest } from './clip.js';
export { PLAN_KINDS, type PlanChoice, type PlanKind } from './video/decode-plan.js';

/** Decoding a two-hour film whole takes some minutes; a clip that takes longer than this hangs. */
const DEFAULT_TIMEOUT_SECONDS = 600;

/**
 * Opens a video file, an image, an animation, a folder of frames, or a pattern that stands for one of these
 * (see locateClip). A video is probed now and decoded when its frames are read; ffmpeg runs only while they
 * are, and is gone when the loop over them is left.
 *
 * The frames are what sampleFrames chose: exactly `frameCount`, some of them repeated where the clip has
 * fewer than asked for. Or reading them throws.
 *
 * @throws UserError with one of the outcomes of media: `not_found`, `empty`, `not_media`, `no_video`,
 *   `corrupt`, `partial`, `no_frames`, `too_large`, `timeout`, `killed`, `refused`, `aborted`, `unreadable`;
 *   or `usage`, `missing_tool`. Some only come when the frames are read.
 */
export async function openClip(input: string, request: FrameRequest): Promise<Clip> {
  if (request.signal?.aborted) throw abortedFailure(input);
  return openLocated({ input, location: await locateClip(input) }, request);
}

/** A clip that was located; `input` names it in errors. */
export interface LocatedInput {
  readonly input: string;
  readonly location: ClipLocation;
}

/** As openClip, of a clip that was located before. */
export async function openLocated(located: LocatedInput, request: FrameRequest): Promise<Clip> {
  return clipOpener(located)(request);
}

/** As openLocated, for several parts of one clip: a video is probed when the first one is opened, and no more. */
export function clipOpener({ input, location }: LocatedInput): (request: FrameRequest) => Promise<Clip> {
  let probed: Promise<Probe> | undefined;
  return async (request) => {
    if (request.signal?.aborted) throw abortedFailure(input);
    const timeBudget = createTimeBudget(request.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS);
    const { startProgram, signal } = request;
    const limits = { timeBudget, startProgram, signal };
    if (location.kind === 'images') {
      const { openImages } = await import('./images/images.js');
      return openImages({ input, paths: location.paths }, request, limits);
    }
    const { path } = location;
    probed ??= probeVideo(path, limits);
    // Looked for meanwhile, which the first time takes as long as a short clip's probing.
    const [probe] = await Promise.all([probed, findBinary('ffmpeg')]);
    return openVideo(path, { probe, request, limits });
  };
}
