import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followRecipe, openRecipe } from '../../src/studio/project-recipe.js';
import { makeProject, openTestStudio, type TestProject, type TestStudio } from '../support/studio.js';

const USUAL = { weights: null, steps: null, seed: null, mirror: false };

let project: TestProject;
let studio: TestStudio;
let path: string;
let text: string;
beforeEach(async () => {
  project = await makeProject();
  path = join(project.folder, 'pipeline.yaml');
  text = await readFile(path, 'utf8');
  studio = await openTestStudio(project.folder);
});
afterEach(async () => {
  await studio.close();
  expect(studio.errors).toEqual([]);
  await project.remove();
});

const write = (from: string, to: string) => writeFile(path, text.replace(from, to));
const problem = async () => (await studio.state()).recipe.problem;

describe('a recipe that is edited while the studio is open', () => {
  it('is the one that the page shows from then on, written in place or put there', async () => {
    await write('name: tiny', 'name: smaller');
    expect((await studio.state()).name).toBe('smaller');
    await writeFile(`${path}~`, text.replace('epochs: 3', 'steps: 40'));
    await rename(`${path}~`, path);
    expect(await studio.state()).toMatchObject({ name: 'tiny', recipe: { steps: 40, problem: null } });
  });

  it('is looked at for pages that ask for nothing', async () => {
    const recipe = await openRecipe(path);
    const names: string[] = [];
    const stop = followRecipe(recipe, {
      onChange: () => names.push(recipe.pipeline.name),
      onError: (error) => names.push(String(error)),
    });
    await write('name: tiny', 'name: smaller');
    // One look may come before all is written.
    await expect.poll(() => names.at(-1), { timeout: 60_000 }).toBe('smaller');
    stop();
  });

  it('is refused by the line where it does not fit, keeps what it was, and trains nothing until it does', async () => {
    await write('epochs: 3', 'epochs: three');
    const { recipe, name } = await studio.state();
    expect(name).toBe('tiny');
    expect(recipe.problem!.message).toBe(
      'The pipeline pipeline.yaml has settings that do not fit:\n  training.epochs (line 9, column 32): must be a number; found "three"',
    );
    expect(await studio.post('/api/runs', USUAL)).toEqual({ status: 422, code: 'bad_config' });
    await write('units: 4', 'units: 4]');
    expect((await problem())!.message).toMatch(
      /^The pipeline pipeline\.yaml is not YAML: .* at line 8, column/,
    );
    await writeFile(path, text);
    expect(await problem()).toBeNull();
    expect(await studio.post('/api/runs', USUAL)).toEqual({ status: 422, code: 'bad_dataset' });
  });

  it('is missed where it is gone, and is not one of something else', async () => {
    await rm(path);
    expect(await problem()).toEqual({
      message: "The recipe pipeline.yaml is no longer in the project's folder.",
      fix: 'Put it back; `clipstep init` writes one that works.',
    });
    const other = (await readFile('pipelines/shakespeare-characters.yaml', 'utf8')).replace(
      /^name: .*$/m,
      'name: text',
    );
    await writeFile(path, other);
    expect((await problem())!.message).toMatch(
      /^The pipeline text in pipeline\.yaml does not classify clips/,
    );
  });
});
