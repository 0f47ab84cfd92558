import { expect, it } from 'vitest';
import type { FramesInput } from '../../../src/inputs/video/frames-schema.js';
import { picturesOf, streamPictures } from '../../../src/inputs/video/stream-pictures.js';
import { random } from '../../../src/random.js';

const SIZE = 32;
const BYTES = SIZE ** 2 * 3;

const inputOf = (streams: FramesInput['streams']): FramesInput => ({
  kind: 'frames',
  sampling: { kind: 'uniform', frames: 2 },
  preprocessing: { size: SIZE, fit: 'squash', kernel: 'linear' },
  streams,
  fusion: 'concatenate',
  encoder: { architecture: 'mobilenet-v1', alpha: 0.25, weights: 'scratch', pooling: { kind: 'global' } },
});

const stream = random(1, 'pictures');
const noise = (bytes: number) => Uint8Array.from({ length: bytes }, () => Math.floor(stream.float() * 256));

it('gives the pictures of each frame, one for each stream, frame by frame', () => {
  const input = inputOf([{ kind: 'frames' }, { kind: 'difference', gain: 3 }, { kind: 'flow', gain: 12 }]);
  const [pixels, partners] = [noise(2 * BYTES), noise(2 * BYTES)];
  const pictures = streamPictures({ pixels, partners }, input);
  const frames = [0, BYTES].map((start) => ({
    pixels: pixels.subarray(start, start + BYTES),
    partner: partners.subarray(start, start + BYTES),
  }));
  expect(pictures).toHaveLength(2 * 3 * BYTES);
  expect(pictures).toEqual(Buffer.concat(frames.flatMap((frame) => picturesOf(frame, input))));
  // The first stream is the frame itself.
  expect(pictures.subarray(3 * BYTES, 4 * BYTES)).toEqual(Buffer.from(frames[1]!.pixels));
});

it('does without partners where no stream compares frames', () => {
  const pixels = noise(2 * BYTES);
  expect(streamPictures({ pixels }, inputOf([{ kind: 'frames' }]))).toEqual(Buffer.from(pixels));
});
