import { constant, createGraph, input, output } from './graph.js';
import { convolution } from './ops/convolution.js';
import { dequantize, dequantizeSlices, quantize } from './ops/quantize-linear.js';
import type { OpenSession } from './session.js';

/**
 * Whether products of bytes overflow on this machine's processor: before VNNI, x86 adds them in pairs in 16 bits
 * (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html, section "When and why do I need to
 * try U8U8?"). Found by adding the largest ones.
 */
export async function int8Overflows(open: OpenSession): Promise<boolean> {
  const graph = createGraph('int8_overflow');
  const steps = { scale: 1, zeroPoint: 0 };
  const sums = { scale: LARGEST_SUM / 255, zeroPoint: 0 };
  const x = input(graph, { name: 'x', dtype: 'uint8', shape: [1, CHANNELS, 1, 1] });
  const kernelShape = [CHANNELS, CHANNELS, 1, 1];
  const kernel = constant(graph, { shape: kernelShape, data: new Int8Array(CHANNELS ** 2).fill(127) });
  const bias = constant(graph, { shape: [CHANNELS], data: new Int32Array(CHANNELS) });
  const ones = new Float32Array(CHANNELS).fill(1);
  const y = convolution(dequantize(x, steps), {
    kernel: dequantizeSlices(kernel, { scales: ones, axis: 0 }),
    bias: dequantizeSlices(bias, { scales: ones, axis: 0 }),
    stride: 1,
    groups: 1,
    padding: { before: 0, after: 0 },
  });
  output('y', dequantize(quantize(y, sums), sums));
  const session = await open(graph);
  const data = new Uint8Array(CHANNELS).fill(255);
  const results = await session.run({ x: { data, shape: [1, CHANNELS, 1, 1] } });
  await session.release();
  return results.y!.some((sum) => sum < 0.9 * LARGEST_SUM);
}

/** Enough to fill the registers that a processor multiplies in. */
const CHANNELS = 64;
const LARGEST_SUM = CHANNELS * 255 * 127;
