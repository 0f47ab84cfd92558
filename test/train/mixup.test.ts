import { describe, expect, it } from 'vitest';
import type { FeatureSequence } from '../../src/inputs/batches.js';
import { random } from '../../src/random.js';
import { drawShare, mixSequences, mixStep } from '../../src/train/mixup.js';

const features = (...data: number[]): FeatureSequence => ({
  kind: 'features',
  data: Float32Array.from(data),
  timesteps: data.length,
});

describe('a share of a mixture', () => {
  it.each([1, 0.5, 0.2, 0.01])('has the mean and the variance of Beta(%d, same)', (alpha) => {
    const stream = random(1, 'shares');
    const shares = Array.from({ length: 20_000 }, () => drawShare(stream, alpha));
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
    expect(mean).toBeCloseTo(0.5, 1.5);
    expect(variance).toBeCloseTo(1 / (4 * (2 * alpha + 1)), 2);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  });
});

describe('a mixture of two sequences', () => {
  it('has the length of the first, and reads the other in proportion', () => {
    expect(mixSequences(features(0, 1, 2, 3), features(10, 20), 0.25)).toEqual(
      features(7.5, 7.75, 15.5, 15.75),
    );
    expect(mixSequences(features(10, 20), features(0, 1, 2, 3), 0.5)).toEqual(features(5, 11));
  });

  it('has pixels rounded', () => {
    const frame = (...pixels: number[]) => ({
      kind: 'frames' as const,
      data: Uint8Array.from(pixels),
      timesteps: 1,
    });
    const mixed = mixSequences(frame(0, 255, 10), frame(1, 255, 255), 0.25);
    expect(mixed).toEqual(frame(1, 255, 194));
  });
});

describe('a mixed step', () => {
  // Sequences that are their own targets.
  const rows = [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 1],
  ];
  const step = {
    sequences: rows.map((row) => ({ ...features(...row), timesteps: 1 })),
    targets: Float32Array.from(rows.flat()),
  };
  const mix = (seed: number) => mixStep(step, { alpha: 1, stream: random(seed, 'mixup') });

  it('mixes what a sequence is to be as it mixes the sequence', () => {
    const { sequences, targets } = mix(1);
    expect(sequences.flatMap(({ data }) => [...data])).toEqual([...targets]);
    const mixed = rows.map((_, row) => targets.subarray(4 * row, 4 * row + 4));
    expect(mixed.some((row) => row.filter((share) => share > 0).length === 2)).toBe(true);
    mixed.forEach((row, index) => {
      expect(row[index]).toBeGreaterThan(0);
      expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    });
  });

  it('is the same whenever it is drawn, and another for each seed', () => {
    expect(mix(1)).toEqual(mix(1));
    expect(mix(2)).not.toEqual(mix(1));
  });
});
