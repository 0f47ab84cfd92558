import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contentDigest, openCache } from '../../../src/inputs/feature-cache.js';
import { framesSchema } from '../../../src/inputs/video/frames-schema.js';
import { featureReader, keptFeatures } from '../../../src/inputs/video/sequences.js';

const WIDTH = 4;
const input = framesSchema.parse({
  kind: 'frames',
  sampling: { kind: 'segments', frames: 3 },
  preprocessing: { size: 32, fit: 'squash', kernel: 'linear' },
  encoder: { architecture: 'mobilenet-v1', alpha: 0.25, weights: 'scratch' },
});

let root: string;
let path: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-kept-'));
  path = join(root, 'picture.png');
  await sharp({ create: { width: 40, height: 40, channels: 3, background: 'red' } })
    .png()
    .toFile(path);
});

afterAll(() => rm(root, { recursive: true }));

const cache = () => openCache(join(root, 'cache'));
const example = () => ({ id: 'picture', path });

it('are those that a reader has computed of a clip as it is evaluated, whoever asks for it', async () => {
  const encode = async (pictures: Uint8Array) =>
    Float32Array.from({ length: (pictures.length / 32 / 32 / 3) * WIDTH }, (_, index) => index);
  const encoder = { encode, identity: 'own', width: WIDTH };
  const kept = keptFeatures({ ...encoder, input, cache: cache() });
  const digest = await contentDigest(path);
  expect(await kept(example(), digest)).toBeNull();
  const read = featureReader({ ...encoder, input, cache: cache(), seed: 7 });
  const computed = await read(example(), 'evaluation');
  expect(await kept({ id: 'of another name', path }, digest)).toEqual(computed);
  const other = keptFeatures({ ...encoder, identity: 'another', input, cache: cache() });
  expect(await other(example(), digest)).toBeNull();
  expect(await kept({ ...example(), startSeconds: 0.5 }, digest)).toBeNull();
});

it('are not those of what a file held before', async () => {
  const kept = keptFeatures({ identity: 'own', width: WIDTH, input, cache: cache() });
  await writeFile(path, Buffer.concat([await readFile(path), Buffer.from('more')]));
  expect(await kept(example(), await contentDigest(path))).toBeNull();
});
