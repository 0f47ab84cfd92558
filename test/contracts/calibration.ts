import { beforeAll, describe, expect, it } from 'vitest';
import { initializeMobileNet } from '../../src/encoder/initialize-encoder.js';
import { mobileNetBlocks } from '../../src/encoder/mobilenet.js';
import type { Engine } from '../../src/engine/engine.js';
import { requireTensor, type Weights } from '../../src/tensors/tensor.js';
import { brightening, FRAME_BYTES, SIZE, v1, v2 } from '../support/tiny-clips.js';

/** What every engine that trains promises of data-dependent initialization. */
export function describeCalibration(name: string, create: () => Promise<Engine>): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await create();
  });

  describe(`the ${name} engine's calibration`, () => {
    const { batch } = brightening(1);

    it.each([v1, v2])('has nothing to do on a calibrated $architecture', async (encoder) => {
      const once = await engine.training!.calibrate(encoder, initializeMobileNet(encoder, 1), batch.data);
      const twice = await engine.training!.calibrate(encoder, once, batch.data);
      for (const [parameter, { data }] of twice) {
        expect(largestDifference(data, once.get(parameter)!.data), parameter).toBeLessThan(1e-3);
      }
    });

    it.each([v1, v2])('undoes any scale and shift of the layers of $architecture', async (encoder) => {
      const plain = initializeMobileNet(encoder, 1);
      const distorted = new Map(
        [...plain].map(([parameter, { shape, data }]) => [
          parameter,
          { shape, data: data.map((value) => (parameter.endsWith('.bias') ? value + 0.7 : value * 3)) },
        ]),
      );
      const expected = await engine.training!.calibrate(encoder, plain, batch.data);
      const calibrated = await engine.training!.calibrate(encoder, distorted, batch.data);
      for (const [parameter, { data }] of calibrated) {
        expect(largestDifference(data, expected.get(parameter)!.data), parameter).toBeLessThan(1e-3);
      }
    });

    it('gives the first layer a mean of 0 and a deviation of 1', async () => {
      const stem = mobileNetBlocks(v1)[0]!.layers[0]!;
      const weights = await engine.training!.calibrate(v1, initializeMobileNet(v1, 1), batch.data);
      const values = stemOutputs(weights, batch.data);
      for (let channel = 0; channel < stem.outputs; channel++) {
        const ofChannel = values.filter((_, index) => index % stem.outputs === channel);
        const mean = ofChannel.reduce((sum, value) => sum + value, 0) / ofChannel.length;
        const variance = ofChannel.reduce((sum, value) => sum + (value - mean) ** 2, 0) / ofChannel.length;
        expect(Math.abs(mean)).toBeLessThan(1e-4);
        expect(Math.abs(variance - 1)).toBeLessThan(1e-3);
      }
    });
  });
}

/** The stem before its activation, float64 [frame, row, column, channel], written out. */
function stemOutputs(weights: Weights, frames: Uint8Array): number[] {
  const kernel = requireTensor(weights, 'stem.kernel').data;
  const bias = requireTensor(weights, 'stem.bias').data;
  const side = SIZE / 2;
  const pixel = (frame: number, row: number, column: number, channel: number) =>
    row < SIZE && column < SIZE
      ? frames[frame * FRAME_BYTES + (row * SIZE + column) * 3 + channel]! / 127.5 - 1
      : 0;
  const places = Array.from({ length: (frames.length / FRAME_BYTES) * side * side }, (_, place) => place);
  return places.flatMap((place) => {
    const frame = Math.floor(place / side ** 2);
    const [row, column] = [2 * (Math.floor(place / side) % side), 2 * (place % side)];
    return Array.from(bias, (offset, output) => {
      let total = offset;
      for (let term = 0; term < 27; term++) {
        const [channel, i, j] = [Math.floor(term / 9), Math.floor(term / 3) % 3, term % 3];
        total += kernel[output * 27 + term]! * pixel(frame, row + i, column + j, channel);
      }
      return total;
    });
  });
}

/** Relative for values above 1, else absolute: a calibrated bias may be as good as zero. */
function largestDifference(actual: Float32Array, expected: Float32Array): number {
  const differences = actual.map((value, index) => Math.abs(value - expected[index]!));
  return Math.max(...differences) / Math.max(1, ...expected.map(Math.abs));
}
