import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fewPictures } from '../../../src/inputs/video/few-pictures.js';
import { writeTinyDataset } from '../../support/tiny-dataset.js';

let root: string;
const examples = () =>
  ['down/clip0', 'up/clip0'].map((id) => ({ id, path: join(root, id), label: 0, group: id }));

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-few-pictures-'));
  await writeTinyDataset(root, 1);
});

afterAll(() => rm(root, { recursive: true, force: true }));

describe('image sequences with fewer pictures than timesteps', () => {
  it('are counted, with the setting to change', async () => {
    const remark = await fewPictures(examples(), { kind: 'uniform', frames: 4 });
    expect(remark).toContain('2 of 2 examples have fewer pictures (the shortest 3) than the 4 timesteps');
    expect(remark).toContain('input.sampling={kind: keyframes, maxFrames: 4}');
  });

  it('are nothing to speak of where there are as many pictures, or a timestep is a picture', async () => {
    expect(await fewPictures(examples(), { kind: 'uniform', frames: 3 })).toBeNull();
    expect(await fewPictures(examples(), { kind: 'keyframes', maxFrames: 4 })).toBeNull();
  });
});
