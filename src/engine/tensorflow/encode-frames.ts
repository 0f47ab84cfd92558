import { setImmediate } from 'node:timers/promises';
import { featureCount, type MobileNet, mobileNetBlocks } from '../../encoder/mobilenet.js';
import { pool, runBlocks, scaleFrames } from './encoder.js';
import type { Tensorflow } from './load.js';
import type { Values } from './parameter-tensors.js';

/** Frames that go through the network at once: more gain no speed and only take memory. */
const FRAMES_PER_RUN = 16;

/**
 * Frames uint8 RGB [count, size, size, 3] -> features float32 [count, featureCount], some frames at a time;
 * between them, what waits in the event loop gets its turn.
 */
export async function encodeFrames(
  tf: Tensorflow,
  { network, values, frames }: { network: MobileNet; values: () => Values; frames: Uint8Array },
): Promise<Float32Array> {
  const blocks = mobileNetBlocks(network);
  const parts = inParts(frames, { network, framesPerPart: FRAMES_PER_RUN });
  const width = featureCount(network);
  const features = new Float32Array((frames.length / frameBytes(network)) * width);
  for (const [index, part] of parts.entries()) {
    const encode = () => {
      const input = scaleFrames(tf, part, network.inputSize);
      return pool(tf, network, runBlocks(tf, { blocks, values: values(), input })).dataSync();
    };
    features.set(tf.tidy(encode), index * FRAMES_PER_RUN * width);
    await setImmediate();
  }
  return features;
}

/** Consecutive parts of at most that many frames, sharing their memory. */
export function inParts(
  frames: Uint8Array,
  { network, framesPerPart }: { network: MobileNet; framesPerPart: number },
): Uint8Array[] {
  const partBytes = framesPerPart * frameBytes(network);
  return Array.from({ length: Math.ceil(frames.length / partBytes) }, (_, index) =>
    frames.subarray(index * partBytes, (index + 1) * partBytes),
  );
}

const frameBytes = ({ inputSize }: MobileNet): number => inputSize ** 2 * 3;
