import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MOTION_LABELS } from '../../../src/datasets/motion/classes.js';
import { scanDataset } from '../../../src/datasets/scan-dataset.js';

const folder = fileURLToPath(new URL('../../../datasets/motion', import.meta.url));
const samples = join(folder, 'samples');

describe('the samples in datasets/motion', () => {
  it('are two clips of each class', async () => {
    const { labels, examples, skipped } = await scanDataset(samples);
    expect(labels.toSorted()).toEqual(MOTION_LABELS.toSorted());
    for (const label of labels.keys()) {
      expect(examples.filter((example) => example.label === label).length).toBe(2);
    }
    expect(skipped).toEqual([]);
  });

  it('are the files whose sha256 their README lists', async () => {
    const readme = await readFile(join(folder, 'README.md'), 'utf8');
    const listed = [...readme.matchAll(/^ {4}([0-9a-f]{64}) {2}(\S+)$/gm)].map(([, sha, name]) => [
      name,
      sha,
    ]);
    const names = (await readdir(samples, { recursive: true }))
      .map((name) => name.replaceAll('\\', '/'))
      .sort();
    const found: Array<[string, string]> = [];
    for (const name of names) {
      if ((await stat(join(samples, name))).isDirectory()) continue;
      const bytes = await readFile(join(samples, name));
      found.push([name, createHash('sha256').update(bytes).digest('hex')]);
    }
    expect(found.length).toBeGreaterThan(16);
    expect(listed.sort()).toEqual(found);
  });
});
