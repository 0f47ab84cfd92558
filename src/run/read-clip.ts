import type { FramesInput, Sampling, Stream } from '../config.js';
import { differenceImage } from '../media/difference.js';
import { flowImage } from '../media/flow-image.js';
import { type Frame, type FrameRequest, openClip, type PlanKind } from '../media/frames.js';

/** A clip as an encoder reads it. */
export interface ClipFrames {
  /** uint8 RGB [timesteps x streams, size, size, 3]. */
  readonly pixels: Uint8Array;
  readonly timesteps: number;
  /** When each timestep's frame is on screen, from the clip's start. */
  readonly timesSeconds: readonly number[];
  readonly durationSeconds: number;
  /** Of a video: how it was to be decoded. */
  readonly plan?: PlanKind;
}

/**
 * Reads a clip as the pictures of its streams, all those of a timestep one behind the other.
 * @throws UserError as openClip.
 */
export async function readClip(
  path: string,
  { input, ...request }: { input: FramesInput } & Omit<FrameRequest, 'preprocessing' | 'pairGap'>,
): Promise<ClipFrames> {
  const { streams, gap, preprocessing } = input;
  const clip = await openClip(path, { ...request, preprocessing, ...(gap && { pairGap: gap }) });
  const pictureBytes = preprocessing.size ** 2 * 3;
  const pixels = new Uint8Array(clip.frameCount * streams.length * pictureBytes);
  const timesSeconds: number[] = [];
  let length = 0;
  for await (const frame of clip.frames) {
    timesSeconds.push(frame.timeSeconds);
    for (const picture of picturesOf(frame, input)) {
      pixels.set(picture, length);
      length += picture.length;
    }
  }
  const { frameCount: timesteps, durationSeconds, plan } = clip;
  return { pixels, timesteps, timesSeconds, durationSeconds, ...(plan && { plan }) };
}

/** Sampling for evaluation and prediction: random drawings become the centres of their spans. */
export function evaluationSampling(sampling: Sampling): Sampling {
  return sampling.kind === 'segments' ? { kind: 'uniform', frames: sampling.frames } : sampling;
}

/** The pictures of one timestep, one for each stream, uint8 RGB [size, size, 3] each. */
export const picturesOf = (frame: Frame, { streams, preprocessing }: FramesInput): Uint8Array[] =>
  streams.map((stream) => pictureOf(frame, stream, preprocessing.size));

function pictureOf({ pixels, partner }: Frame, stream: Stream, size: number): Uint8Array {
  if (stream.kind === 'frames') return pixels;
  if (!partner) throw new Error('A frame that is compared with a later one came without it');
  switch (stream.kind) {
    case 'difference':
      return differenceImage(pixels, partner, stream.gain);
    case 'flow':
      return flowImage(pixels, partner, { size, gain: stream.gain });
  }
}
