import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPipeline } from '../../src/pipeline/pipeline-file.js';
import { shippedPath } from '../../src/platform/shipped.js';
import { initProject } from '../../src/workflows/init-project.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-init-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

it('makes folders for the classes, a pipeline that is called as the folder and reads them, and a README', async () => {
  const folder = join(root, 'My Actions!');
  await initProject(folder, { classes: ['jump', 'fall'] });
  expect((await readdir(folder)).sort()).toEqual(['README.md', 'clips', 'pipeline.yaml']);
  expect((await readdir(join(folder, 'clips'))).sort()).toEqual(['fall', 'jump']);
  const pipeline = await readPipeline(join(folder, 'pipeline.yaml'));
  expect(pipeline).toMatchObject({ name: 'my-actions', data: { kind: 'folder', path: 'clips' } });
  expect(pipeline.description).toBeUndefined();
  const { description: _, ...actions } = await readPipeline(shippedPath('pipeline', 'actions'));
  expect(pipeline).toEqual({ ...actions, name: pipeline.name, data: pipeline.data });
  const readme = await readFile(join(folder, 'README.md'), 'utf8');
  expect(readme.match(/^ {4}npx clipstep \w+/gm)).toEqual([
    '    npx clipstep check',
    '    npx clipstep train',
    '    npx clipstep classify',
  ]);
});

it('leaves a folder that holds something as it is', async () => {
  await initProject(join(root, 'a'), { classes: ['x', 'y'] });
  await expect(initProject(join(root, 'a'), { classes: ['x', 'y'] })).rejects.toMatchObject({
    code: 'usage',
  });
});

it.each([[['one']], [['one', 'one']], [['a/b', 'c']], [['.hidden', 'c']]])(
  'refuses the classes %j',
  async (classes) => {
    await expect(initProject(join(root, 'a'), { classes })).rejects.toMatchObject({ code: 'usage' });
    expect(await readdir(root)).toEqual([]);
  },
);
