import { expect, it } from 'vitest';
import { type FeaturePlace, ownFeatures } from '../../src/engine/feature-places.js';
import { shownOf } from '../../src/engine/shown.js';
import { collate, type FeatureSequence } from '../../src/inputs/batches.js';

/**
 * Of two encoders, each with a feature and two statistics of each of two pictures, and a statistic of the frame. Digits are those of
 * timestep, picture, encoder and value.
 */
const sequenceOf = (sign: number, timesteps: number): FeatureSequence => {
  const rows = Array.from({ length: timesteps }, (_, time) => [
    ...[0, 1].flatMap((picture) =>
      [0, 1].flatMap((encoder) =>
        [0, 1, 2].map((value) => sign * (1000 * time + 100 * picture + 10 * encoder + value)),
      ),
    ),
    sign * (1000 * time + 500),
  ]);
  return { kind: 'features', data: Float32Array.from(rows.flat()), timesteps };
};

const place: FeaturePlace = { place: 1, of: 2, stride: 3, width: 1, pictures: 2, scene: 1 };
const batch = collate([sequenceOf(1, 2), sequenceOf(-1, 1)]);

it('shows of each sequence the means over its own timesteps of what a member reads, and of the frames', () => {
  const readout = Float32Array.of(1, 2, 3, 4);
  expect(shownOf(batch, { readout, place })).toEqual([
    {
      readout: Float32Array.of(1, 2),
      statistics: Float32Array.of(511, 512, 611, 612),
      scene: Float32Array.of(1000),
    },
    {
      readout: Float32Array.of(3, 4),
      statistics: Float32Array.of(-11, -12, -111, -112),
      scene: Float32Array.of(-500),
    },
  ]);
});

const direct: FeaturePlace = { place: 0, of: 1, stride: 1, width: 1, pictures: 1, scene: 0 };

it('shows the readout alone of what no encoder read', () => {
  const rows = collate([{ kind: 'features', data: Float32Array.of(1, 2), timesteps: 2 }]);
  expect(shownOf(rows, { readout: Float32Array.of(7), place: direct })).toEqual([
    { readout: Float32Array.of(7) },
  ]);
  expect(ownFeatures(rows, direct)).toBe(rows);
});

it('shows the tokens of a text', () => {
  const texts = collate([
    { kind: 'tokens', data: Int32Array.of(4), timesteps: 1 },
    { kind: 'tokens', data: Int32Array.of(5, 6), timesteps: 2 },
  ]);
  expect(shownOf(texts, { readout: Float32Array.of(7, 8), place: direct })).toEqual([
    { readout: Float32Array.of(7), tokens: Int32Array.of(4) },
    { readout: Float32Array.of(8), tokens: Int32Array.of(5, 6) },
  ]);
});

it('leaves a member its own features alone', () => {
  expect(ownFeatures(batch, place).data).toEqual(Float32Array.of(10, 110, 1010, 1110, -10, -110, 0, 0));
});
