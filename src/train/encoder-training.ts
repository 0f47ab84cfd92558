import type { Example } from '../datasets/dataset.js';
import { activationCount, featuresAlone, type MobileNet } from '../encoder/mobilenet.js';
import type { EncoderTuning, TrainerOptions } from '../engine/engine.js';
import type { FrameSequence } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import { random } from '../random.js';
import type { Weights } from '../tensors/tensor.js';
import type { Training } from './train-stage.js';

/** Clips that calibrate a new encoder by one frame each: enough for stable means, few enough to be quick. */
const CALIBRATION_CLIPS = 64;

/**
 * What the encoder may keep of one micro-batch for its backward pass, in bytes. More would be no quicker:
 * a few frames already fill the cores.
 */
const MICRO_BATCH_BYTES = 2 ** 30;

/** An encoder as a trainer wants it. */
export function inTraining(
  network: MobileNet,
  tuning: EncoderTuning,
): NonNullable<TrainerOptions['encoder']> {
  const frameBytes = activationCount(network) * Float32Array.BYTES_PER_ELEMENT;
  const framesPerMicroBatch = Math.max(1, Math.floor(MICRO_BATCH_BYTES / frameBytes));
  return { ...tuning, network: featuresAlone(network), framesPerMicroBatch };
}

/** The weights with those of the encoder calibrated on frames of the training part; see TrainingOperations. */
export async function calibrated(
  run: Training,
  options: {
    start: Weights;
    seed: number;
    train: readonly Example[];
    read: SequenceReader<FrameSequence>;
  },
): Promise<Weights> {
  const { start, seed, train, read } = options;
  const stream = random(seed, 'calibrate');
  const frames: Uint8Array[] = [];
  for (const example of stream.shuffle(train).slice(0, CALIBRATION_CLIPS)) {
    frames.push(oneFrame(await read(example, 0), stream.float()));
  }
  const encoder = await run.training.calibrate(run.networks.encoder!, start, Buffer.concat(frames));
  return new Map([...start, ...encoder]);
}

function oneFrame({ data, timesteps }: FrameSequence, position: number): Uint8Array {
  const bytes = data.length / timesteps;
  const index = Math.floor(position * timesteps);
  return data.subarray(index * bytes, (index + 1) * bytes);
}
