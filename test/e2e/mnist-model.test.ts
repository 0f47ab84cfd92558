import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateStrokes } from '../../src/datasets/mnist/strokes.js';
import { clipstep } from '../support/cli.js';

let root: string;
let folder: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-digits-'));
  folder = join(root, 'digits');
  await mkdir(folder);
  const { images } = generateStrokes({ count: 20, part: 'test', seed: 5 });
  const raw = { width: 28, height: 28, channels: 1 } as const;
  for (let index = 0; index < 20; index++) {
    const side = index < 10 ? 60 : 300;
    const picture = sharp(images.slice(index * 784, (index + 1) * 784), { raw }).resize(side, side);
    const onPaper = index % 4 < 2 ? picture.negate() : picture;
    await onPaper
      .tint('#99bbff')
      .png()
      .toFile(join(folder, `${String(index).padStart(2, '0')}.png`));
  }
});
afterAll(() => rm(root, { recursive: true }));

it('the shipped model reads pictures of digits, small and large, dark on light and light on dark', async () => {
  const { stdout, code } = await clipstep([
    'classify',
    folder,
    ...['--model', 'models/mnist-rows', '--max-distance', 'inf', '--json'],
  ]);
  expect(code).toBe(0);
  const labels = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).label);
  expect(labels).toHaveLength(20);
  // Drawn otherwise than what it was trained on; by chance two would be right.
  const right = labels.filter((label, index) => label === String(index % 10));
  expect(right.length).toBeGreaterThanOrEqual(17);
});

it('the shipped model takes digits for digits that were saved at another size', async () => {
  const { images } = generateStrokes({ count: 20, part: 'test', seed: 5 });
  const raw = { width: 28, height: 28, channels: 1 } as const;
  const unlikeAt = async (side: number) => {
    const sized = join(root, `${side}`);
    await mkdir(sized);
    for (let index = 0; index < 20; index++) {
      const picture = sharp(images.slice(index * 784, (index + 1) * 784), { raw });
      await picture
        .resize(side, side)
        .png()
        .toFile(join(sized, `${index}.png`));
    }
    const { stdout } = await clipstep(['classify', sized, '--model', 'models/mnist-rows', '--json']);
    return stdout.split('"unlike"').length - 1;
  };
  // One in seven of these is, as they are: they were not written by hand.
  expect(await unlikeAt(60)).toBeLessThanOrEqual(7);
  expect(await unlikeAt(300)).toBeLessThanOrEqual(7);
});
