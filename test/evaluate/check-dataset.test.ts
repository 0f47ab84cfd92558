import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { checkDataset } from '../../src/evaluate/check-dataset.js';
import { random } from '../../src/random.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-check-'));
  vi.stubEnv('CLIPSTEP_CACHE', join(root, 'cache'));
  await writeClip('data/jump/1', { seed: 1 });
  await writeClip('data/jump/2', { seed: 2, side: 200 });
  await writeClip('data/fall/3', { seed: 3 });
  await writeClip('data/fall/1 again', { seed: 1, side: 100, quality: 50 });
  await cp(join(root, 'data/jump/2'), join(root, 'data/jump/2 copied'), { recursive: true });
  await mkdir(join(root, 'data/fall/torn'));
  await writeFile(join(root, 'data/fall/torn/f0.jpg'), 'no picture');
  await writeFile(join(root, 'data/fall/notes.txt'), 'no clip');
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

/** A folder of frames: soft spots that are drawn by the seed and move with time. */
async function writeClip(
  name: string,
  options: { seed: number; side?: number; quality?: number; backwards?: boolean },
) {
  const { seed, side = 160, quality = 95, backwards = false } = options;
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  for (let frame = 0; frame < 4; frame++) {
    const stream = random(seed, 'spots', frame);
    const spots = Buffer.from(Array.from({ length: 12 * 12 * 3 }, () => stream.integer(0, 256)));
    await sharp(spots, { raw: { width: 12, height: 12, channels: 3 } })
      .resize(side, side, { kernel: 'cubic' })
      .jpeg({ quality })
      .toFile(join(folder, `f${backwards ? 3 - frame : frame}.jpg`));
  }
}

it('says what there is of each class, and what is wrong with it', async () => {
  const check = await checkDataset(join(root, 'data'));
  expect(check.classes).toEqual([
    { label: 'fall', clips: 3, groups: 3, broken: 1 },
    { label: 'jump', clips: 3, groups: 3, broken: 0 },
  ]);
  expect(check.clips.find(({ id }) => id === 'jump/2')).toEqual({
    id: 'jump/2',
    durationSeconds: 4,
    size: '200 x 200',
  });
  expect(check.broken).toEqual([
    {
      path: join(root, 'data/fall/torn'),
      problem: expect.stringContaining('f0.jpg'),
      fix: expect.any(String),
    },
  ]);
  expect(check.skipped.map(({ path }) => path)).toEqual([join(root, 'data/fall/notes.txt')]);
  expect(check.splitProblem).toBeNull();
});

it('finds what is there twice, and what is called by two names', async () => {
  const { copies, contradictions } = await checkDataset(join(root, 'data'));
  expect(copies).toEqual([{ kind: 'content', ids: ['jump/2', 'jump/2 copied'], labels: ['jump', 'jump'] }]);
  expect(contradictions).toEqual([
    { kind: 'frames', ids: ['fall/1 again', 'jump/1'], labels: ['fall', 'jump'] },
  ]);
});

it('does not call it a contradiction where the order of the frames tells two classes apart', async () => {
  await writeClip('order/bend/1', { seed: 7 });
  await writeClip('order/rise/1', { seed: 7, backwards: true });
  await writeClip('order/rise/2', { seed: 7 });
  const { contradictions, reordered } = await checkDataset(join(root, 'order'));
  expect(contradictions.map(({ kind, ids }) => [kind, ...ids])).toEqual([['content', 'bend/1', 'rise/2']]);
  expect(reordered).toEqual([{ kind: 'order', ids: ['bend/1', 'rise/1'], labels: ['bend', 'rise'] }]);
});

it('says why there are too few clips for a test part', async () => {
  await writeClip('few/a/1', { seed: 5 });
  await writeClip('few/b/1', { seed: 6 });
  const { splitProblem } = await checkDataset(join(root, 'few'));
  expect(splitProblem).toMatch(/too few clips to fill[\s\S]*a: 1\n {2}b: 1/);
});
