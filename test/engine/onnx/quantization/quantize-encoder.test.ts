import { describe, expect, it } from 'vitest';
import { initializeMobileNet } from '../../../../src/encoder/initialize-encoder.js';
import { levelsOf } from '../../../../src/encoder/quantization.js';
import { constant, createGraph, input, output, type Value } from '../../../../src/engine/onnx/graph.js';
import { int8Overflows } from '../../../../src/engine/onnx/int8-overflow.js';
import { createOnnxEngine } from '../../../../src/engine/onnx/onnx-engine.js';
import { dequantize, dequantizeSlices, quantize } from '../../../../src/engine/onnx/ops/quantize-linear.js';
import { chooseRange } from '../../../../src/engine/onnx/quantization/choose-range.js';
import { countValues, emptyHistogram } from '../../../../src/engine/onnx/quantization/histogram.js';
import { OnnxSession, type OpenSession } from '../../../../src/engine/onnx/session.js';
import { selectEngine } from '../../../../src/engine/select.js';
import { gridV2, randomFrameStep, v1, v2 } from '../../../support/tiny-clips.js';

const runtime = await import('onnxruntime-node');
const open: OpenSession = (graph) => OnnxSession.open(runtime, graph, { threads: 1 });

async function resultOf(values: readonly number[], build: (x: Value) => Value): Promise<number[]> {
  const graph = createGraph('test');
  const shape = [values.length];
  output('y', build(input(graph, { name: 'x', dtype: 'float32', shape })));
  const session = await open(graph);
  const { y } = await session.run({ x: { data: Float32Array.from(values), shape } });
  await session.release();
  return [...y!];
}

describe('bytes for numbers', () => {
  const levels = { scale: 0.5, zeroPoint: 10 };

  it('are the nearest levels, and the first or the last for what lies outside', async () => {
    const there = (x: Value) => dequantize(quantize(x, levels), levels);
    expect(await resultOf([0, 0.6, -0.3, -100, 1000], there)).toEqual([0, 0.5, -0.5, -5, 122.5]);
  });

  it('have a scale for each slice where that is asked for', async () => {
    const slices = (x: Value, data: Int8Array | Int32Array, axis: number) =>
      dequantizeSlices(constant(x.graph, { shape: [2, 2], data }), { scales: Float32Array.of(0.5, 2), axis });
    const bytes = Int8Array.of(-127, 1, 3, 4);
    expect(await resultOf([0], (x) => slices(x, bytes, 0))).toEqual([-63.5, 0.5, 6, 8]);
    expect(await resultOf([0], (x) => slices(x, bytes, 1))).toEqual([-63.5, 2, 1.5, 8]);
    const words = Int32Array.of(100_000, 1, -3, 4);
    expect(await resultOf([0], (x) => slices(x, words, 0))).toEqual([50_000, 0.5, -6, 8]);
  });

  it('are refused in other types', () => {
    const x = input(createGraph('test'), { name: 'x', dtype: 'int64', shape: [2] });
    expect(() => quantize(x, levels)).toThrow('QuantizeLinear was given x int64 [2]');
    expect(() => dequantize(x, levels)).toThrow('expects uint8');
    expect(() => dequantizeSlices(x, { scales: Float32Array.of(1, 1), axis: 0 })).toThrow(
      'expects int8 or int32 with 2 slices along axis 0',
    );
  });
});

describe('the range of a map', () => {
  it('has a level for 0', () => {
    expect(levelsOf([0, 6])).toEqual({ scale: 6 / 255, zeroPoint: 0 });
    expect(levelsOf([-1, 1]).zeroPoint).toBe(128);
    expect(levelsOf([0, 0])).toEqual({ scale: 1, zeroPoint: 0 });
  });

  it('is that of the values, however far they go', () => {
    const even = Float32Array.from({ length: 20_000 }, (_, index) => -10 + index / 1000);
    const [low, high] = chooseRange(
      countValues(
        countValues(
          emptyHistogram(),
          even.map((x) => x / 20),
        ),
        even,
      ),
    );
    expect(low).toBeCloseTo(-10, 0);
    expect(high).toBeCloseTo(10, 0);
  });

  it('leaves out a value that stands alone, for the sake of the others', () => {
    const values = Float32Array.from({ length: 1_000_000 }, (_, index) => (index % 1000) / 1000);
    values[0] = 1.9;
    const [low, high] = chooseRange(countValues(emptyHistogram(), values));
    expect(low).toBeCloseTo(0);
    expect(high).toBeLessThan(1.5);
  });
});

describe('an encoder in int8', () => {
  it.each([v1, v2, gridV2])('gives nearly the features of $architecture with $pooling', async (network) => {
    const engine = await createOnnxEngine();
    const weights = initializeMobileNet(network, 3);
    const { data: frames } = randomFrameStep().batch;
    const features = async (network: typeof v1, parameters: typeof weights) => {
      const encoder = await engine.loadEncoder(network, parameters);
      const values = await encoder.encode(frames);
      await encoder.release();
      return values;
    };
    const expected = await features(network, weights);
    const quantized = await engine.quantizeEncoder(network, weights, frames);
    const actual = await features({ ...network, precision: 'int8' }, quantized);
    const error = Math.hypot(...actual.map((value, index) => value - expected[index]!));
    expect(error).toBeLessThan(0.1 * Math.hypot(...expected));
    expect(error).toBeGreaterThan(0);
    for (const [name, { storage, data }] of quantized) {
      if (storage !== 'int8') continue;
      expect(name).toMatch(/\.kernel$/);
      expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(127);
    }
  });

  it('is refused by the tensorflow engine', async (context) => {
    const choice = await selectEngine('tensorflow').catch(() => null);
    if (!choice) return context.skip();
    const network = { ...v1, precision: 'int8' } as const;
    await expect(choice.engine.loadEncoder(network, new Map())).rejects.toThrow('no encoder in int8');
    await expect(choice.engine.quantizeEncoder(v1, new Map(), new Uint8Array())).rejects.toThrow('int8');
  });

  it('is computed without overflow', async () => {
    const wide: OpenSession = (graph) => OnnxSession.open(runtime, graph, { threads: 1, wideProducts: true });
    expect(await int8Overflows(wide)).toBe(false);
  });
});
