import { describe, expect, it } from 'vitest';
import { mnistExamples } from '../../../src/datasets/mnist/examples.js';
import { openMnist } from '../../../src/datasets/mnist/open-mnist.js';
import { splitByGroup } from '../../../src/datasets/split.js';
import { digitFrame } from '../../../src/inputs/digits/digit-frame.js';
import { readRows } from '../../../src/inputs/digits/read-rows.js';

const strokes = await openMnist({ data: 'strokes' });
const dataset = mnistExamples(strokes);

describe('the digits as examples', () => {
  it('keep their pictures, labels and parts', () => {
    expect(dataset.labels).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(dataset.examples).toHaveLength(25_000);
    const [example] = dataset.examples.filter(({ split }) => split === 'test');
    expect(example).toMatchObject({ id: 'strokes/test/0', label: strokes.test.labels[0] });
    expect(example!.image).toEqual(strokes.test.images.subarray(0, 784));
  });

  it('are split as their files are, with a validation part out of the training images', () => {
    const { train, validation, test } = splitByGroup(dataset, { validation: 0.1, test: 0, seed: 1 });
    expect([train.length, validation.length, test.length]).toEqual([18_000, 2_000, 5_000]);
    for (const label of dataset.labels.keys()) {
      expect(validation.filter((example) => example.label === label)).toHaveLength(200);
    }
    expect(new Set([...train, ...validation, ...test])).toHaveLength(25_000);
  });

  it('are read as 28 rows from 0 to 1', async () => {
    const image = new Uint8Array(784);
    image.set([51, 255], 28);
    const { data, timesteps } = await readRows({ path: 'unused', image });
    expect(timesteps).toBe(28);
    expect([...data.subarray(27, 31)]).toEqual([0, Math.fround(0.2), 1, 0]);
  });

  it('are read as one grey frame of the size that an encoder wants', () => {
    const frame = digitFrame(new Uint8Array(784).fill(200), { size: 32, fit: 'squash', kernel: 'linear' });
    expect(frame).toEqual(new Uint8Array(32 * 32 * 3).fill(200));
  });
});
