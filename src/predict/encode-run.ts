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

/** Encodes frames together, and gives each its features, or why it has none. @param options.memory nobody else's. */
export async function encodeRun(
  waiting: readonly WaitingFrame[],
  { encode, memory }: { encode: Encode; memory: RunMemory },
): Promise<void> {
  try {
    const features = await encode(memory.join(waiting.map(({ frame }) => frame)));
    const width = features.length / waiting.length;
    waiting.forEach(({ resolve }, index) => {
      resolve(features.slice(index * width, (index + 1) * width));
    });
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}

/**
 * Memory of one encoder, for the frames of one run after the other. Threads share it: nothing is copied to them, and nothing
 * is left to collect.
 */
export class RunMemory {
  #pixels = new Uint8Array(new SharedArrayBuffer(0));
  #partners = new Uint8Array(new SharedArrayBuffer(0));

  /** All frames of a model come with a partner, or none. @returns what holds until the next ones are joined. */
  join(frames: readonly EncodedFrame[]): FrameRun {
    this.#pixels = joined(
      frames.map(({ pixels }) => pixels),
      this.#pixels,
    );
    const partners = frames.flatMap(({ partner }) => partner ?? []);
    if (partners.length > 0) this.#partners = joined(partners, this.#partners);
    return { pixels: this.#pixels, partners: partners.length > 0 ? this.#partners : undefined };
  }
}

/** One after the other, in the memory that is given where it is large enough. */
function joined(
  pictures: readonly Uint8Array[],
  { buffer }: Uint8Array<SharedArrayBuffer>,
): Uint8Array<SharedArrayBuffer> {
  const length = pictures.reduce((sum, picture) => sum + picture.length, 0);
  const whole = new Uint8Array(
    buffer.byteLength < length ? new SharedArrayBuffer(length) : buffer,
    0,
    length,
  );
  let filled = 0;
  for (const picture of pictures) {
    whole.set(picture, filled);
    filled += picture.length;
  }
  return whole;
}
