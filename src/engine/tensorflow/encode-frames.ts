import { setImmediate } from 'node:timers/promises';
import { encodedWidth, type MobileNet, middleBlock, mobileNetBlocks } from '../../encoder/mobilenet.js';
import { mapStatistics, pool, runBlocks, scaleFrames } from './encoder.js';
import type { Tensorflow } from './load.js';
import type { Values } from './parameter-tensors.js';

/** Frames that go through the network at once: more gain no speed and only take memory. */
const FRAMES_PER_RUN = 16;

/**
 * Frames uint8 RGB [count, size, size, 3] -> features float32 [count, encodedWidth], some frames at a time;
 * between them, what waits in the event loop gets its turn.
 */
export async function encodeFrames(
  tf: Tensorflow,
  { network, values, frames }: { network: MobileNet; values: () => Values; frames: Uint8Array },
): Promise<Float32Array> {
  const blocks = mobileNetBlocks(network);
  const parts = inParts(frames, { network, framesPerPart: FRAMES_PER_RUN });
  const width = encodedWidth(network);
  const features = new Float32Array((frames.length / frameBytes(network)) * width);
  for (const [index, part] of parts.entries()) {
    const encode = () => {
      const input = scaleFrames(tf, part, network.inputSize);
      const split = middleBlock(network) + 1;
      const middle = runBlocks(tf, { blocks: blocks.slice(0, split), values: values(), input });
      const last = runBlocks(tf, { blocks: blocks.slice(split), values: values(), input: middle });
      const pooled = pool(tf, network, last);
      const encoded = network.hasStatistics ? tf.concat([pooled, mapStatistics(tf, middle)], 1) : pooled;
      return encoded.dataSync();
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
