import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { readTiff } from '../../../src/media/images/tiff.js';
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
    expect(await readTiff(path, { most: 100, signal })).toMatchObject({
      directories: sizes,
      isFollowed: false,
    });
  }
});

test('a chain of directories that goes round in a circle is read once', async () => {
  const tiff = tiny(3);
  tiff.copy(tiff, tiff.length - 4, 4, 8);
  const { directories } = await readTiff(write('circle.tif', tiff), { most: 100, signal });
  expect(directories).toHaveLength(3);
});

test('the directories of a TIFF are not read on after an abort', async () => {
  const path = write('many.tif', tiny(5000));
  expect((await readTiff(path, { most: 10_000, signal })).directories).toHaveLength(5000);
  const ending = new AbortController();
  const reading = readTiff(path, { most: 10_000, signal: ending.signal });
  ending.abort(new Error('over'));
  await expect(reading).rejects.toThrow('over');
});

test('a TIFF of thousands of pages is a film of as many seconds', async () => {
  const path = write('film.tif', tiny(3000));
  const frames = await readFrames(path, { sampling: { kind: 'uniform', frames: 2 } });
  expect(frames.map(({ timeSeconds }) => timeSeconds)).toEqual([750, 2250]);
  expect(frames.map(({ pixels }) => pixels[0])).toEqual([750 % 256, 2250 % 256]);
});

test('TIFFs one after the other in one file are refused, whoever wrote them', async () => {
  const grey = sharp({ create: { width: 300, height: 200, channels: 3, background: 'gray' } });
  const other = join(folder, 'ffmpeg.tif');
  await runFfmpeg(['-f', 'lavfi', '-i', 'testsrc2=s=64x48', '-frames:v', '1', other]);
  const files = [
    await grey.clone().tiff({ bigtiff: true, pyramid: true, tile: true }).toBuffer(),
    await grey.clone().tiff({ compression: 'lzw' }).toBuffer(),
    await grey
      .clone()
      .withExif({ IFD0: { Copyright: 'Nobody' }, IFD3: { GPSLatitudeRef: 'N' } })
      .tiff({ tile: true, tileWidth: 16, tileHeight: 16 })
      .toBuffer(),
    readFileSync(other),
    tiny(1),
    tiny(300),
  ];
  for (const [index, file] of files.entries()) {
    expect((await readFrames(write(`one-${index}.tif`, file))).length).toBe(4);
    for (const next of [tiny(1), files[0]!]) {
      const path = write(`joined-${index}-${next.length}.tif`, Buffer.concat([file, next]));
      expect([index, await readFrames(path).catch(({ code }) => code)]).toEqual([index, 'unreadable']);
    }
  }
});

const PAGE = { width: 64, height: 48, grey: 10 };
const COPY = { width: 33, height: 24, grey: 90 };
const WIDE = { width: 80, height: 20, grey: 200 };
const THIN = { width: 32, height: 48, grey: 150 };

test.each([
  ['pages of other sizes', [PAGE, WIDE, THIN], [10, 200, 150]],
  ['said to be pages', [PAGE, COPY, WIDE].map((page) => ({ ...page, subfileType: 2 })), [10, 90, 200]],
  ['said to be whole pictures', [PAGE, COPY].map((page) => ({ ...page, subfileType: 0 })), [10, 90]],
  ['smaller copies', [PAGE, COPY], [10]],
  ['said to be copies', [PAGE, { ...PAGE, grey: 90, subfileType: 1 }, { ...WIDE, subfileType: 3 }], [10]],
  ['a copy before its picture', [{ ...COPY, subfileType: 1 }, PAGE], [10]],
  ['a mask', [PAGE, { ...PAGE, grey: 90, subfileType: 4 }], [10]],
  ['nothing but a copy', [{ ...COPY, subfileType: 1 }], [90]],
])('of the pictures of a TIFF, all are frames but copies and masks: %s', async (_, pages, shown) => {
  const path = write('pages.tif', pagedTiff(pages));
  const frames = await readFrames(path, { sampling: { kind: 'keyframes', maxFrames: 10 } });
  expect(frames.map(({ pixels }) => pixels[0])).toEqual(shown);
  expect(frames.map(({ pixels }) => new Set(pixels).size)).toEqual(shown.map(() => 1));
});

test('a TIFF of a sequence is read from its full picture, wherever a smaller copy stands', async () => {
  const copy = { ...COPY, subfileType: 1 };
  const sequence = join(folder, 'sequence');
  mkdirSync(sequence);
  const files = [[copy, PAGE], [{ ...WIDE, subfileType: 1 }, copy, THIN], [PAGE, copy], [WIDE]];
  for (const [index, pages] of files.entries())
    writeFileSync(join(sequence, `${index}.tif`), pagedTiff(pages));
  const frames = await readFrames(sequence, { sampling: { kind: 'keyframes', maxFrames: 10 } });
  expect(frames.map(({ pixels }) => pixels[0])).toEqual([10, 150, 10, 200]);
  writeFileSync(join(sequence, '4.tif'), pagedTiff([copy, PAGE, WIDE]));
  await expect(
    readFrames(sequence, { sampling: { kind: 'keyframes', maxFrames: 10 } }),
  ).rejects.toMatchObject({
    code: 'unreadable',
    problem: expect.stringMatching(/4\.tif should be a single picture, but holds 2 pictures/),
  });
});

test('a TIFF that is cut off is corrupt, or damaged where that is allowed', async () => {
  const whole = pagedTiff([PAGE, WIDE, THIN]);
  const second = pagedTiff([PAGE, WIDE]).length;
  // Within the last page's directory, its pixels, and where they should begin.
  for (const end of [whole.length - 20, second + 500, second]) {
    const path = write('cut.tif', whole.subarray(0, end));
    await expect(readFrames(path)).rejects.toMatchObject({
      code: 'corrupt',
      problem: expect.stringContaining('cut.tif'),
    });
    const frames = await readFrames(path, { sampling: { kind: 'uniform', frames: 2 }, allowDamaged: true });
    expect(frames.map(({ pixels, isDamaged }) => [pixels[0], isDamaged])).toEqual([
      [10, true],
      [200, true],
    ]);
  }
});
