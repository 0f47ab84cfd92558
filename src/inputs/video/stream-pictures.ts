import { differenceImage } from '../../media/difference.js';
import { flowImage } from '../../media/flow-image.js';
import type { Frame } from '../../media/frames.js';
import type { FramesInput, Stream } from './frames-schema.js';

/** Frames one after the other. */
export interface FrameRun {
  /** uint8 RGB [frames, size, size, 3]. */
  readonly pixels: Uint8Array;
  /** Likewise, the later frames that these are compared with. */
  readonly partners?: Uint8Array | undefined;
}

/** What an encoder reads of frames: uint8 RGB [frames x streams, size, size, 3], all of a frame together. */
export function streamPictures({ pixels, partners }: FrameRun, input: FramesInput): Uint8Array {
  const bytes = input.preprocessing.size ** 2 * 3;
  const pictures: Uint8Array[] = [];
  for (let start = 0; start < pixels.length; start += bytes) {
    const partner = partners?.subarray(start, start + bytes);
    const frame = { pixels: pixels.subarray(start, start + bytes), partner };
    for (const picture of picturesOf(frame, input)) pictures.push(picture);
  }
  return Buffer.concat(pictures);
}

/** The pictures of one timestep, one for each stream, uint8 RGB [size, size, 3] each. */
export const picturesOf = (
  frame: Pick<Frame, 'pixels' | 'partner'>,
  { streams, preprocessing }: FramesInput,
): Uint8Array[] => streams.map((stream) => pictureOf(frame, stream, preprocessing.size));

function pictureOf(
  { pixels, partner }: Pick<Frame, 'pixels' | 'partner'>,
  stream: Stream,
  size: number,
): Uint8Array {
  if (stream.kind === 'frames') return pixels;
  if (!partner) throw new Error('A frame that is compared with a later one came without it');
  switch (stream.kind) {
    case 'difference':
      return differenceImage(pixels, partner, stream.gain);
    case 'flow':
      return flowImage(pixels, partner, { size, gain: stream.gain });
  }
}
