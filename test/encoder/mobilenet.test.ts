import { describe, expect, it } from 'vitest';
import { mobileNetParameters } from '../../src/encoder/encoder-parameters.js';
import { initializeMobileNet } from '../../src/encoder/initialize-encoder.js';
import {
  fanIn,
  featureCount,
  featureMapSide,
  type MobileNet,
  mobileNetBlocks,
  poolingMatrix,
} from '../../src/encoder/mobilenet.js';
import { elementCount } from '../../src/tensors/tensor.js';

const mobileNet = (description: Partial<MobileNet>): MobileNet => ({
  architecture: 'mobilenet-v1',
  alpha: 1,
  inputSize: 224,
  pooling: { kind: 'global' },
  ...description,
});
const v1 = mobileNet({});
const v2 = mobileNet({ architecture: 'mobilenet-v2' });

const layersOf = (network: MobileNet) => mobileNetBlocks(network).flatMap((block) => block.layers);

describe('the table of blocks', () => {
  // Keras's MobileNet and MobileNetV2 without their tops, whose batch norms have 4 values a channel where a
  // folded one has a bias: 3,228,864 - 3 x 10,944 and 2,257,984 - 3 x 17,056.
  it.each([
    ['v1', v1, 3_196_032],
    ['v2', v2, 2_206_816],
  ])('has as many parameters as %s', (_, network, expected) => {
    const counts = mobileNetParameters(network).map(({ shape }) => elementCount(shape));
    expect(counts.reduce((total, count) => total + count, 0)).toBe(expected);
  });

  // Table 4 of the v1 paper, table 4 of the v2 paper; both with a classifier of about 1 million.
  it.each([
    ['v1', v1, 569e6],
    ['v2', v2, 300e6],
  ])('has as many multiplications as the paper says of %s', (_, network, expected) => {
    const counts = layersOf(network).map((layer) => layer.outputSide ** 2 * layer.outputs * fanIn(layer));
    const total = counts.reduce((sum, count) => sum + count, 1e6);
    expect(Math.abs(total / expected - 1)).toBeLessThan(0.01);
  });

  it('adds the input to the output in the 10 blocks of v2 that keep their shape, and nowhere in v1', () => {
    expect(mobileNetBlocks(v2).filter((block) => block.residual)).toHaveLength(10);
    expect(mobileNetBlocks(v1).filter((block) => block.residual)).toHaveLength(0);
  });

  it.each([
    ['v1 0.25', mobileNet({ alpha: 0.25 }), 8, 256],
    ['v1 0.1', mobileNet({ alpha: 0.1 }), 8, 102],
    ['v2 0.35', { ...v2, alpha: 0.35 }, 16, 1280],
    ['v2 1.4', { ...v2, alpha: 1.4 }, 48, 1792],
  ])('rounds the channels of %s as its authors do', (_, network, stem, features) => {
    expect(layersOf(network)[0]!.outputs).toBe(stem);
    expect(featureCount(network)).toBe(features);
  });

  it.each([
    [224, 7],
    [131, 5],
    [97, 4],
    [96, 3],
  ])('halves an input of %i five times, rounding up, to %i', (inputSize, side) => {
    expect(featureMapSide(mobileNet({ inputSize }))).toBe(side);
  });

  it('pads an even side after and an odd one on both sides where it halves', () => {
    expect(layersOf(mobileNet({ inputSize: 224 }))[0]!.padding).toEqual({ before: 0, after: 1 });
    expect(layersOf(mobileNet({ inputSize: 97 }))[0]!.padding).toEqual({ before: 1, after: 1 });
  });
});

describe('pooling', () => {
  it('takes the mean over the whole map', () => {
    const { cells, positions, data } = poolingMatrix(v1);
    expect([cells, positions]).toEqual([1, 49]);
    expect(new Set(data)).toEqual(new Set([Math.fround(1 / 49)]));
  });

  it('takes means over cells that share the row and column that does not divide', () => {
    const { cells, positions, data } = poolingMatrix(
      mobileNet({ inputSize: 96, pooling: { kind: 'grid', n: 2 } }),
    );
    expect([cells, positions]).toEqual([4, 9]);
    expect([...data].map((share) => share * 4)).toEqual([
      ...[1, 1, 0, 1, 1, 0, 0, 0, 0],
      ...[0, 1, 1, 0, 1, 1, 0, 0, 0],
      ...[0, 0, 0, 1, 1, 0, 1, 1, 0],
      ...[0, 0, 0, 0, 1, 1, 0, 1, 1],
    ]);
  });

  it('by a grid gives each cell the channels of the whole', () => {
    expect(featureCount({ ...v2, pooling: { kind: 'grid', n: 3 } })).toBe(9 * 1280);
  });
});

describe('initial weights', () => {
  const small = mobileNet({ alpha: 0.25 });

  it('are those that the network declares, the same for the same seed', () => {
    const weights = initializeMobileNet(small, 7);
    const shapes = [...weights].map(([name, { shape }]) => ({ name, shape: [...shape] }));
    expect(shapes).toEqual(
      mobileNetParameters(small).map(({ name, shape }) => ({ name, shape: [...shape] })),
    );
    const kernel = (seed: number) => initializeMobileNet(small, seed).get('stem.kernel')!.data;
    expect(kernel(7)).toEqual(weights.get('stem.kernel')!.data);
    expect(kernel(8)).not.toEqual(kernel(7));
  });

  it('have variance 2 / fan-in and no bias', () => {
    const weights = initializeMobileNet(small, 1);
    const { data } = weights.get('block13.pointwise.kernel')!;
    const variance = data.reduce((sum, value) => sum + value ** 2, 0) / data.length;
    expect(variance * (256 / 2)).toBeCloseTo(1, 1);
    expect(Math.max(...weights.get('block13.pointwise.bias')!.data)).toBe(0);
  });
});
