import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Example } from '../../../src/datasets/dataset.js';
import { openCache } from '../../../src/inputs/feature-cache.js';
import type { Augmentation } from '../../../src/inputs/video/augmentation-schema.js';
import type { FramesInput } from '../../../src/inputs/video/frames-schema.js';
import { readClip } from '../../../src/inputs/video/read-clip.js';
import { featureReader, frameReader, inMemory } from '../../../src/inputs/video/sequences.js';
import { clipView } from '../../../src/inputs/video/view.js';
import { SCENE_STATISTICS } from '../../../src/media/scene-statistics.js';
import { takeColumns } from '../../../src/tensors/columns.js';
import { projectFolder } from '../../support/cli.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-sequences-'));
  // Black on the left, white on the right.
  const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, (_, index) => (index % 96 < 48 ? 0 : 255));
  await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } })
    .png()
    .toFile(join(folder, 'a.png'));
});
afterAll(() => rm(folder, { recursive: true }));

const input: FramesInput = {
  kind: 'frames',
  sampling: { kind: 'uniform', frames: 2 },
  preprocessing: { size: 32, fit: 'squash', kernel: 'linear' },
  streams: [{ kind: 'frames' }],
  fusion: 'concatenate',
  encoder: { architecture: 'mobilenet-v1', alpha: 0.25, pooling: { kind: 'global' }, weights: 'scratch' },
};
const example = (): Example => ({ id: 'a', path: join(folder, 'a.png'), label: 0, group: 'a' });

let caches = 0;
function reader(augmentation: Augmentation) {
  const cacheFolder = join(folder, `cache${caches++}`);
  const read = frameReader({ input, augmentation, seed: 1, cache: openCache(cacheFolder) });
  const entries = async () =>
    (await readdir(cacheFolder, { recursive: true })).filter((name) => name.length > 60).length;
  return { read, entries };
}

describe('frameReader', () => {
  it('changes all frames of a view alike, and none in evaluation', async () => {
    const { read } = reader({ views: 1, flip: 1 });
    const [plain, view] = [await read(example(), 'evaluation'), await read(example(), 0)];
    expect([plain.data[0], view.data[0]]).toEqual([0, 255]);
    expect(view.data.subarray(32 * 32 * 3)).toEqual(view.data.subarray(0, 32 * 32 * 3));
  });

  it('keeps each view by itself, and those that are the same once', async () => {
    const cropped = reader({ views: 3, crop: 0.5 });
    for (const view of [0, 1, 2, 'evaluation', 0, 1] as const) await cropped.read(example(), view);
    expect(await cropped.entries()).toBe(4);
    const flipped = reader({ views: 16, flip: 0.5 });
    for (let view = 0; view < 16; view++) await flipped.read(example(), view);
    expect(await flipped.entries()).toBe(2);
  });

  it('changes the picture of a digit, too, which has no file of its own', async () => {
    const image = Uint8Array.from({ length: 28 * 28 }, (_, index) => (index % 28 < 14 ? 0 : 255));
    const { read, entries } = reader({ views: 1, flip: 1 });
    const digit = { ...example(), image };
    expect((await read(digit, 'evaluation')).data[0]).toBe(0);
    expect((await read(digit, 0)).data[0]).toBe(255);
    await expect(entries()).rejects.toThrow(/ENOENT/);
  });
});

describe('featureReader', () => {
  it('encodes the picture of a digit once, and reads its features from the cache from then on', async () => {
    let encoded = 0;
    const read = featureReader({
      input,
      seed: 1,
      cache: openCache(join(folder, 'features')),
      width: 1,
      identity: 'brightness',
      encode: async (pictures) => {
        encoded++;
        return Float32Array.of(pictures.reduce((sum, level) => sum + level, 0) / pictures.length);
      },
    });
    const digit = (level: number) => ({ ...example(), image: new Uint8Array(28 * 28).fill(level) });
    const values = [];
    for (const level of [200, 100, 200, 100]) values.push((await read(digit(level), 'evaluation')).data[0]);
    expect(encoded).toBe(2);
    expect(values[0]).toBeGreaterThan(values[1]!);
    expect(values.slice(2)).toEqual(values.slice(0, 2));
  });

  it.each([
    ['of all streams at once', [[{ kind: 'frames' }, { kind: 'difference', gain: 3 }]]],
    ['of each stream by itself', [[{ kind: 'flow', gain: 3 }], [{ kind: 'difference', gain: 3 }]]],
    ['of one stream that is not the frame', [[{ kind: 'difference', gain: 3 }]]],
  ] as const)('encodes frames that are kept, %s, without decoding the clip again', async (name, readAs) => {
    const both: FramesInput = { ...input, gap: { kind: 'frames', frames: 2 }, streams: readAs.flat() };
    const clip = {
      ...example(),
      path: join(projectFolder, 'datasets/motion/samples/approach/approach-0001.mp4'),
    };
    const shared = { augmentation: { views: 2, flip: 0.5, timeJitter: 0.3 }, seed: 1 };
    const cache = openCache(join(folder, name));
    const width = both.streams.length * 32 * 32 * 3;
    const encode = async (pictures: Uint8Array) => Float32Array.from(pictures);
    const startProgram = () => {
      throw new Error('ffmpeg was started');
    };
    const read = featureReader({
      ...shared,
      input: both,
      cache,
      width,
      identity: 'pixels',
      encode,
      startProgram,
    });
    await expect(read(clip, 1)).rejects.toThrow('ffmpeg was started');
    for (const streams of readAs) {
      await frameReader({ ...shared, input: { ...both, streams: [...streams] }, cache })(clip, 1);
    }
    const whole = frameReader({ ...shared, input: both, cache: openCache(join(folder, `${name} apart`)) });
    const { data, timesteps } = await read(clip, 1);
    const rows = { stride: width + SCENE_STATISTICS, start: 0 };
    expect(takeColumns(data, { ...rows, width })).toEqual(Float32Array.from((await whole(clip, 1)).data));
    const scenes = takeColumns(data, { ...rows, start: width, width: SCENE_STATISTICS });
    const view = clipView({ ...shared, input: both }, clip, 1);
    expect(timesteps).toBe(2);
    expect(scenes).toEqual((await readClip(clip.path, { input: both, ...view })).scenes);
  });
});

describe('inMemory', () => {
  it('reads each sequence once as long as there is room, and the others every time', async () => {
    const reads: string[] = [];
    const read = inMemory(async ({ id }, view) => {
      reads.push(`${id} ${view}`);
      return { kind: 'features', data: Float32Array.of(reads.length, 0), timesteps: 1 };
    }, 16);
    const sequences = [];
    for (const [id, view] of [
      ['a', 0],
      ['a', 1],
      ['b', 0],
      ['a', 0],
      ['a', 1],
      ['b', 0],
    ] as const) {
      sequences.push((await read({ ...example(), id }, view)).data[0]);
    }
    expect(reads).toEqual(['a 0', 'a 1', 'b 0', 'b 0']);
    expect(sequences).toEqual([1, 2, 3, 1, 2, 4]);
  });
});
