import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { classify } from '../../src/predict/classify.js';
import { openFilmStrips } from '../../src/workflows/film-strips.js';
import { saveTinyBundle, tinyPipeline } from '../support/tiny-bundle.js';
import { writeTinyDataset } from '../support/tiny-dataset.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-strips-'));
  await writeTinyDataset(root, 1);
});
afterAll(() => rm(root, { recursive: true }));

it('draws a picture for each clip that was classified, also of two clips of one name', async () => {
  const [model, folder] = [join(root, 'model'), join(root, 'new', 'strips')];
  const pipeline = {
    ...tinyPipeline,
    recurrent: { ...tinyPipeline.recurrent, readout: 'attention' as const },
  };
  await saveTinyBundle(model, { pipeline });
  const draw = await openFilmStrips(folder, { model });
  const clips = ['up/clip0', 'down/clip0', 'gone.mp4'].map((name) => join(root, name));
  for await (const outcome of classify(model, clips)) await draw(outcome);
  expect((await readdir(folder)).toSorted()).toEqual(['clip0-2.svg', 'clip0.svg']);
  const picture = await readFile(join(folder, 'clip0.svg'), 'utf8');
  expect(picture.match(/class="bar"/g)).toHaveLength(3);
  expect(picture.match(/data:image\/jpeg;base64,/g)).toHaveLength(3);
  expect(picture).toMatch(/class="label">(down|up)</);
});

it('has nothing to draw of texts', async () => {
  await expect(openFilmStrips(root, { model: 'names' })).rejects.toMatchObject({ code: 'usage' });
});
