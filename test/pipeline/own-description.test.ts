import { expect, it } from 'vitest';
import { withOwnDescription } from '../../src/pipeline/own-description.js';
import { readPipeline } from '../../src/pipeline/pipeline-file.js';
import { shippedPath } from '../../src/platform/shipped.js';

const folder = shippedPath('pipeline', '..');
const described = (data?: string, changes: object = {}) =>
  readPipeline('surveillance').then(async (pipeline) => {
    const { description } = await withOwnDescription({ ...pipeline, ...changes }, { folder, data });
    return description;
  });

it('stays with a pipeline that ships, on its own data', async () => {
  expect(await described()).toMatch(/fights/);
});

it('does not follow a copy with another name, nor to other data', async () => {
  expect(await described(undefined, { name: 'mine' })).toBeUndefined();
  expect(await described('/elsewhere')).toBeUndefined();
  expect(await described(undefined, { data: { kind: 'folder', path: 'clips' } })).toBeUndefined();
});

it('stays where somebody wrote one', async () => {
  expect(await described('/elsewhere', { name: 'mine', description: 'Tells jumps from falls.' })).toBe(
    'Tells jumps from falls.',
  );
});
