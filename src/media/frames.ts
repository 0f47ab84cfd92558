import { createTimeBudget } from '../platform/child-process/time-budget.js';
import { type Clip, DEFAULT_TIMEOUT_SECONDS, type FrameRequest } from './clip.js';
import { abortedFailure } from './failures.js';
import { findBinary } from './ffmpeg/binaries.js';
import type { LocatedClip } from './locate.js';
import { probeVideo } from './video/probe.js';
import { openVideo } from './video/video.js';

export type { Clip, Frame, FrameRequest } from './clip.js';
export { PLAN_KINDS, type PlanChoice, type PlanKind } from './video/decode-plan.js';

/**
 * Opens a video, an image, an animation or a sequence of images that was located. A video is probed now, unless it
 * was before, and decoded when its frames are read; ffmpeg runs only while they are, and is gone when the loop over
 * them is left.
 *
 * The frames are what sampleFrames chose: exactly `frameCount`, some of them repeated where the clip has
 * fewer than asked for. Or reading them throws.
 *
 * @throws UserError with one of the outcomes of media: `empty`, `not_media`, `no_video`, `corrupt`, `partial`,
 *   `no_frames`, `too_large`, `timeout`, `killed`, `refused`, `aborted`, `unreadable`; or `usage`, `missing_tool`.
 *   Some only come when the frames are read.
 */
export async function openClip(located: LocatedClip, request: FrameRequest): Promise<Clip> {
  const { startProgram, signal, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = request;
  if (signal?.aborted) throw abortedFailure(located.input);
  const limits = { timeBudget: createTimeBudget(timeoutSeconds), startProgram, signal };
  if (located.kind === 'images') {
    const { openImages } = await import('./images/images.js');
    return { ...(await openImages(located, request, limits)), located };
  }
  const { path, demuxer } = located;
  // Looked for meanwhile, which the first time takes as long as a short clip's probing.
  const [probe] = await Promise.all([
    located.probe ?? probeVideo({ path, demuxer }, limits),
    findBinary('ffmpeg'),
  ]);
  return { ...openVideo(path, { probe, request, limits }), located: { ...located, probe } };
}
