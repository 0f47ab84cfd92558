import { createGraph, input, output } from './graph.js';
import { toBlocks } from './ops/blocked.js';
import type { OpenSession } from './session.js';

/**
 * How many channels onnxruntime's kernels for blocked channels put into a block on this machine's processor,
 * found by looking where they put the second pixel; 1 where it has no such kernels.
 */
export async function findChannelBlock(open: OpenSession): Promise<number> {
  const graph = createGraph('channel_block');
  const x = input(graph, { name: 'x', dtype: 'float32', shape: [1, CHANNELS, 2, 2] });
  output('y', toBlocks(x, CHANNELS));
  const session = await open(graph).catch(() => null);
  if (!session) return 1;
  const data = Float32Array.from({ length: CHANNELS * 4 }, (_, index) => index);
  const { y } = await session.run({ x: { data, shape: [1, CHANNELS, 2, 2] } });
  await session.release();
  return y!.indexOf(1);
}

/** A multiple of every block that there is: 8 with AVX, 16 with AVX-512 and NEON. */
const CHANNELS = 64;
