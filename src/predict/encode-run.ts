import type { FrameRun } from '../inputs/video/stream-pictures.js';
import type { Frame } from '../media/frames.js';

/** Frames that go through an encoder in one run: more gain no speed in a single thread, and take memory. */
export const FRAMES_PER_RUN = 4;

/** Frames to the features of each, those of all its streams together: float32 [frames, streams x featureCount]. */
export type Encode = (frames: FrameRun) => Promise<Float32Array>;

export type EncodedFrame = Pick<Frame, 'pixels' | 'partner'>;

/** A frame, and who waits for its features. */
export interface WaitingFrame {
  readonly frame: EncodedFrame;
  readonly resolve: (features: Float32Array) => void;
  readonly reject: (reason: unknown) => void;
}

/** Encodes frames together, and gives each its features, or why it has none. */
export async function encodeRun(encode: Encode, waiting: readonly WaitingFrame[]): Promise<void> {
  try {
    const features = await encode(joined(waiting.map(({ frame }) => frame)));
    const width = features.length / waiting.length;
    waiting.forEach(({ resolve }, index) => {
      resolve(features.slice(index * width, (index + 1) * width));
    });
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}

/** All frames of a model come with a partner, or none. */
function joined(frames: readonly EncodedFrame[]): FrameRun {
  const partners = frames.flatMap(({ partner }) => partner ?? []);
  const pixels = Buffer.concat(frames.map((frame) => frame.pixels));
  return { pixels, partners: partners.length > 0 ? Buffer.concat(partners) : undefined };
}
