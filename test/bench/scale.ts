import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Example } from '../../src/datasets/dataset.js';
import { findLeaks } from '../../src/evaluate/leaks.js';
import { nearCopies } from '../../src/evaluate/near-copies.js';
import { openCache } from '../../src/inputs/feature-cache.js';
import { drawPrints } from '../support/drawn-prints.js';
import { type Growth, measureGrowth } from './growth.js';
import { writePictureClip } from './picture-clip.js';
import { benchShards } from './shards.js';
import { benchWholeRuns } from './whole-runs.js';

/** What is measured at growing sizes: a line a size, and the exponent. */
const GROWTHS: readonly Growth[] = [
  {
    title: 'Search for near copies among drawn clips of 8 frames, 4 % of them copies',
    sizes: [5_000, 10_000, 20_000],
    unit: 'clips',
    prepare: async (size) => {
      const clips = drawPrints(size, 1);
      return { run: async () => `${nearCopies(clips).length} pairs` };
    },
  },
  {
    title: 'Leaks of a split of folders with 4 pictures each, from the files on',
    sizes: [250, 500, 1_000],
    unit: 'clips',
    prepare: prepareLeaks,
  },
];

export async function benchScale(): Promise<void> {
  await benchWholeRuns();
  await benchShards();
  for (const growth of GROWTHS) await measureGrowth(growth);
}

async function prepareLeaks(size: number) {
  const root = await mkdtemp(join(tmpdir(), 'clipstep-scale-'));
  const examples: Example[] = [];
  for (let index = 0; index < size; index++) {
    const path = join(root, 'clips', `${index}`);
    await writePictureClip(path, index);
    examples.push({ id: `${index}`, path, label: 0, group: `${index}` });
  }
  const isTested = (index: number) => index % 4 === 3;
  const split = {
    train: examples.filter((_, index) => !isTested(index)),
    validation: [],
    test: examples.filter((_, index) => isTested(index)),
  };
  let turn = 0;
  return {
    run: async () => {
      const cache = openCache(join(root, `cache-${turn++}`));
      return `${(await findLeaks(split, { cache })).length} pairs`;
    },
    release: () => rm(root, { recursive: true }),
  };
}
