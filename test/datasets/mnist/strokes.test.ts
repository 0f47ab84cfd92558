import { describe, expect, it } from 'vitest';
import type { LabelledImages } from '../../../src/datasets/mnist/labelled-images.js';
import { generateStrokes } from '../../../src/datasets/mnist/strokes.js';

const PIXELS = 28 * 28;
const imageOf = ({ images }: LabelledImages, index: number) =>
  images.subarray(index * PIXELS, (index + 1) * PIXELS);

/** First and last, from 0, of the rows (or columns) with ink. */
function inkRange(image: Uint8Array, positionOf: (index: number) => number): [number, number] {
  const inked = Array.from(image.keys()).filter((index) => image[index]! > 0);
  const positions = inked.map(positionOf);
  return [Math.min(...positions), Math.max(...positions)];
}

function centreOf(image: Uint8Array, positionOf: (index: number) => number): number {
  const mass = image.reduce((sum, value) => sum + value, 0);
  return image.reduce((sum, value, index) => sum + value * (positionOf(index) + 0.5), 0) / mass;
}

const rowOf = (index: number) => Math.floor(index / 28);
const columnOf = (index: number) => index % 28;

describe('generateStrokes', () => {
  const digits = generateStrokes({ count: 200, part: 'train', seed: 1 });

  it('labels as many images as asked for, all digits alike', () => {
    expect(digits.images).toHaveLength(200 * PIXELS);
    for (let digit = 0; digit < 10; digit++) {
      expect(digits.labels.filter((label) => label === digit)).toHaveLength(20);
    }
  });

  it("places every digit as MNIST's are: 20 pixels one way, its mass in the middle", () => {
    for (let index = 0; index < 200; index++) {
      const image = imageOf(digits, index);
      const spans = [inkRange(image, rowOf), inkRange(image, columnOf)].map(
        ([first, last]) => last - first + 1,
      );
      expect(Math.max(...spans)).toBe(20);
      for (const positionOf of [rowOf, columnOf]) expect(Math.floor(centreOf(image, positionOf))).toBe(14);
    }
  });

  it('draws with full ink and soft edges', () => {
    for (let index = 0; index < 200; index++) {
      const image = imageOf(digits, index);
      expect(Math.max(...image)).toBeGreaterThan(200);
      expect(image.some((value) => value > 20 && value < 200)).toBe(true);
    }
  });

  it('draws the same again from the same seed, and fewer are the first of more', () => {
    const fewer = generateStrokes({ count: 20, part: 'train', seed: 1 });
    expect(fewer.images).toEqual(digits.images.slice(0, 20 * PIXELS));
  });

  it('draws others from another seed and for the other part, and never the same one twice', () => {
    const sets = [
      digits,
      generateStrokes({ count: 200, part: 'test', seed: 1 }),
      generateStrokes({ count: 200, part: 'train', seed: 2 }),
    ];
    const all = sets.flatMap((set) =>
      Array.from(set.labels, (_, index) => Buffer.from(imageOf(set, index)).toString('hex')),
    );
    expect(new Set(all).size).toBe(600);
  });

  it('draws digits that can be told apart, but not without effort', () => {
    const train = generateStrokes({ count: 2000, part: 'train', seed: 1 });
    const test = generateStrokes({ count: 500, part: 'test', seed: 1 });
    const accuracy = nearestMeanAccuracy(train, test);
    expect(accuracy).toBeGreaterThan(0.6);
    expect(accuracy).toBeLessThan(0.9);
  });
});

/** Of a classifier that knows each digit's mean image alone; on MNIST it gets 82 %. */
function nearestMeanAccuracy(train: LabelledImages, test: LabelledImages): number {
  const means = Array.from({ length: 10 }, () => new Float64Array(PIXELS));
  train.labels.forEach((label, index) => {
    imageOf(train, index).forEach((value, pixel) => {
      means[label]![pixel]! += value / (train.labels.length / 10);
    });
  });
  const isRight = Array.from(test.labels, (label, index) => {
    const image = imageOf(test, index);
    const distances = means.map((mean) =>
      mean.reduce((sum, value, pixel) => sum + (value - image[pixel]!) ** 2, 0),
    );
    return distances.indexOf(Math.min(...distances)) === label;
  });
  return isRight.filter(Boolean).length / isRight.length;
}
