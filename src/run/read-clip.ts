import { type FramesInput, picturesATimestep, type Sampling } from '../config.js';
import { differenceImage } from '../media/difference.js';
import { type Frame, type FrameRequest, openClip } from '../media/frames.js';

/** A clip as an encoder reads it. */
export interface ClipFrames {
  /** uint8 RGB [timesteps x picturesATimestep, size, size, 3]. */
  readonly pixels: Uint8Array;
  readonly timesteps: number;
  /** When each timestep's frame is on screen, from the clip's start. */
  readonly timesSeconds: readonly number[];
  readonly durationSeconds: number;
}

/**
 * Reads a clip's frames, their differences, or both, a timestep's frame before its difference.
 * @throws UserError as openClip.
 */
export async function readClip(
  path: string,
  { input, ...request }: { input: FramesInput } & Omit<FrameRequest, 'preprocessing' | 'pairGap'>,
): Promise<ClipFrames> {
  const { motion, preprocessing } = input;
  const clip = await openClip(path, { ...request, preprocessing, ...(motion && { pairGap: motion.gap }) });
  const pictureBytes = preprocessing.size ** 2 * 3;
  const pixels = new Uint8Array(clip.frameCount * picturesATimestep(input) * pictureBytes);
  const timesSeconds: number[] = [];
  let length = 0;
  for await (const frame of clip.frames) {
    timesSeconds.push(frame.timeSeconds);
    for (const picture of picturesOf(frame, motion)) {
      pixels.set(picture, length);
      length += picture.length;
    }
  }
  return { pixels, timesteps: clip.frameCount, timesSeconds, durationSeconds: clip.durationSeconds };
}

/** Sampling for evaluation and prediction: random drawings become the centres of their spans. */
export function evaluationSampling(sampling: Sampling): Sampling {
  return sampling.kind === 'segments' ? { kind: 'uniform', frames: sampling.frames } : sampling;
}

/** The pictures of one timestep: picturesATimestep of them, uint8 RGB [size, size, 3] each. */
export function picturesOf({ pixels, partner }: Frame, motion: FramesInput['motion']): Uint8Array[] {
  if (!motion || !partner) return [pixels];
  const difference = differenceImage(pixels, partner, motion.gain);
  return motion.use === 'alone' ? [difference] : [pixels, difference];
}
