import { augmentPicture, type PictureChange } from '../../media/augment-picture.js';
import type { Sampling } from '../../media/frame-schema.js';
import { type Frame, type FrameRequest, openClip, type PlanKind } from '../../media/frames.js';
import { locateClip } from '../../media/locate.js';
import { SCENE_STATISTICS, scenesOf } from '../../media/scene-statistics.js';
import type { FramesInput } from './frames-schema.js';
import { picturesOf } from './stream-pictures.js';

/** A clip as an encoder reads it. */
export interface ClipFrames {
  /** uint8 RGB [timesteps x streams, size, size, 3]. */
  readonly pixels: Uint8Array;
  /** Statistics of each timestep's frame: float32 [timesteps, SCENE_STATISTICS]; see media/scene-statistics.ts. */
  readonly scenes: Float32Array;
  readonly timesteps: number;
  /** When each timestep's frame is on screen, from the clip's start. */
  readonly timesSeconds: readonly number[];
  readonly durationSeconds: number;
  /** Of a video: how it was to be decoded. */
  readonly plan?: PlanKind | undefined;
}

export interface ClipReading extends Omit<FrameRequest, 'preprocessing' | 'pairGap'> {
  readonly input: FramesInput;
  /** Done to every frame, before streams are made of them. */
  readonly picture?: PictureChange | undefined;
  /** Whether the frames come in the order of a clip that is played backwards. */
  readonly isReversed?: boolean | undefined;
}

/**
 * Reads a clip as the pictures of its streams, all those of a timestep one after the other.
 * @throws UserError as locateClip and openClip.
 */
export async function readClip(path: string, reading: ClipReading): Promise<ClipFrames> {
  const { input, picture = {}, isReversed = false, ...request } = reading;
  const { streams, gap, preprocessing } = input;
  const clip = await openClip(await locateClip(path), { ...request, preprocessing, pairGap: gap });
  const timestepBytes = streams.length * preprocessing.size ** 2 * 3;
  const pixels = new Uint8Array(clip.frameCount * timestepBytes);
  const scenes = new Float32Array(clip.frameCount * SCENE_STATISTICS);
  const timesSeconds: number[] = [];
  for await (const frame of clip.frames) {
    const position = timesSeconds.length;
    const timestep = isReversed ? clip.frameCount - 1 - position : position;
    const changed = changedFrame(frame, { size: preprocessing.size, picture, isReversed });
    scenes.set(scenesOf(changed.pixels, preprocessing.size), timestep * SCENE_STATISTICS);
    pixels.set(Buffer.concat(picturesOf(changed, input)), timestep * timestepBytes);
    timesSeconds.push(frame.timeSeconds);
  }
  if (isReversed) timesSeconds.reverse();
  const { frameCount: timesteps, durationSeconds, plan } = clip;
  return { pixels, scenes, timesteps, timesSeconds, durationSeconds, plan };
}

/** Backwards, what was later is earlier: a frame and its partner change places. */
function changedFrame(
  { pixels, partner, ...facts }: Frame,
  { size, picture, isReversed }: { size: number; picture: PictureChange; isReversed: boolean },
): Frame {
  const one = augmentPicture(pixels, size, picture);
  const other = partner && augmentPicture(partner, size, picture);
  if (!other) return { ...facts, pixels: one };
  return isReversed ? { ...facts, pixels: other, partner: one } : { ...facts, pixels: one, partner: other };
}

/** Sampling for evaluation and prediction: random drawings become the centres of their spans. */
export function evaluationSampling(sampling: Sampling): Sampling {
  return sampling.kind === 'segments' ? { kind: 'uniform', frames: sampling.frames } : sampling;
}
