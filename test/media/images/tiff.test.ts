import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { readTiffDirectories } from '../../../src/media/images/tiff.js';
import { runFfmpeg } from '../../support/numbered-clip.js';
import { readFrames } from '../../support/read-numbers.js';
import { pagedTiff } from '../../support/tiff.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-tiff-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const { signal } = new AbortController();
const tiny = (count: number) =>
  pagedTiff(Array.from({ length: count }, (_, index) => ({ width: 4, height: 4, grey: index % 256 })));

test('the directories of a TIFF are those that sharp finds, whoever wrote it', async () => {
  const grey = sharp({ create: { width: 300, height: 200, channels: 3, background: 'gray' } });
  const big = join(folder, 'big.tif');
  await grey.clone().tiff({ bigtiff: true, pyramid: true, tile: true }).toFile(big);
  const classic = join(folder, 'classic.tif');
  await grey.clone().tiff({ pyramid: true, tile: true }).toFile(classic);
  const other = join(folder, 'other.tif');
  await runFfmpeg(['-f', 'lavfi', '-i', 'testsrc2=s=64x48', '-frames:v', '1', other]);
  for (const path of [big, classic, other, write('tiny.tif', tiny(3))]) {
    const { pages = 1 } = await sharp(path).metadata();
    const found = await Promise.all(
      Array.from({ length: pages }, (_, page) => sharp(path, { page }).metadata()),
    );
    const sizes = found.map(({ width, height }) => ({ width, height }));
    expect(await readTiffDirectories(path, { most: 100, signal })).toMatchObject(sizes);
  }
});

test('a chain of directories that goes round in a circle is read once', async () => {
  const tiff = tiny(3);
  tiff.copy(tiff, tiff.length - 4, 4, 8);
  expect(await readTiffDirectories(write('circle.tif', tiff), { most: 100, signal })).toHaveLength(3);
});

test('the directories of a TIFF are not read on after an abort', async () => {
  const path = write('many.tif', tiny(5000));
  expect(await readTiffDirectories(path, { most: 10_000, signal })).toHaveLength(5000);
  const ending = new AbortController();
  const reading = readTiffDirectories(path, { most: 10_000, signal: ending.signal });
  ending.abort(new Error('over'));
  await expect(reading).rejects.toThrow('over');
});

test('a TIFF of thousands of pages is a film of as many seconds', async () => {
  const path = write('film.tif', tiny(3000));
  const frames = await readFrames(path, { sampling: { kind: 'uniform', frames: 2 } });
  expect(frames.map(({ timeSeconds }) => timeSeconds)).toEqual([750, 2250]);
  expect(frames.map(({ pixels }) => pixels[0])).toEqual([750 % 256, 2250 % 256]);
});
