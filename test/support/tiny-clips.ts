import type { MobileNet } from '../../src/encoder/mobilenet.js';
import type { TrainingStep } from '../../src/engine/engine.js';
import { collate, type FrameBatch, type FrameSequence } from '../../src/inputs/batches.js';
import { random } from '../../src/random.js';
import { oneHot } from './one-hot.js';

/** Small for the float64 reference's sake. Sides run 20, 10, 5, 3, 2, 1: even and odd ones are padded otherwise. */
export const SIZE = 20;
export const LENGTHS = [2, 1];
const TARGETS = oneHot([1, 0], 2);
export const FRAME_BYTES = SIZE * SIZE * 3;

export const v1: MobileNet = {
  architecture: 'mobilenet-v1',
  alpha: 0.1,
  inputSize: SIZE,
  pooling: { kind: 'global' },
};
export const v2: MobileNet = { ...v1, architecture: 'mobilenet-v2' };
export const gridV2: MobileNet = { ...v2, pooling: { kind: 'grid', n: 2 } };

export function randomFrameStep(seed = 1): TrainingStep & { batch: FrameBatch } {
  const stream = random(seed, 'frames');
  const batch = collateFrames(
    LENGTHS.map((timesteps) => {
      const data = Uint8Array.from({ length: timesteps * FRAME_BYTES }, () => stream.integer(0, 256));
      return { kind: 'frames', data, timesteps };
    }),
  );
  return { batch, targets: TARGETS, learningRate: 0.01, dropoutSeed: seed };
}

/** Sixteen clips of four textured frames, each brighter (class 1) or darker (class 0) than the one before. */
export function brightening(seed: number): TrainingStep & { batch: FrameBatch } {
  const stream = random(seed, 'brightening');
  const labels = Int32Array.from({ length: 16 }, () => stream.integer(0, 2));
  const timesteps = 4;
  const clips = Array.from(labels, (label): FrameSequence => {
    const texture = Array.from({ length: FRAME_BYTES }, () => stream.integer(0, 60));
    const start = stream.integer(0, 60);
    const data = Uint8Array.from({ length: timesteps * FRAME_BYTES }, (_, index) => {
      const time = Math.floor(index / FRAME_BYTES);
      return start + texture[index % FRAME_BYTES]! + 40 * (label === 1 ? time : timesteps - 1 - time);
    });
    return { kind: 'frames', data, timesteps };
  });
  return { batch: collateFrames(clips), targets: oneHot(labels, 2), learningRate: 0, dropoutSeed: seed };
}

export function padFramesWith(value: number, batch: FrameBatch): FrameBatch {
  const data = batch.data.slice();
  batch.lengths.forEach((length, row) => {
    const start = row * batch.timesteps;
    data.fill(value, (start + length) * FRAME_BYTES, (start + batch.timesteps) * FRAME_BYTES);
  });
  return { ...batch, data };
}

function collateFrames(clips: readonly FrameSequence[]): FrameBatch {
  const batch = collate(clips);
  if (batch.kind !== 'frames') throw new Error('Frames were collated into features');
  return batch;
}
