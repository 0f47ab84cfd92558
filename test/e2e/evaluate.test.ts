import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle, saveBundle } from '../../src/bundle/bundle.js';
import { KNOWN_PREFIX } from '../../src/tasks/classification/known-distance.js';
import { freshCache } from '../support/cache.js';
import { clipstep } from '../support/cli.js';
import { writeTinyDataset, writeTinyPipeline } from '../support/tiny-dataset.js';

let root: string;
let data: string;
let model: string;
let env: { CLIPSTEP_CACHE: string };
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-evaluate-'));
  data = join(root, 'data');
  model = join(root, 'model');
  env = await freshCache(join(root, 'cache'));
  await writeTinyDataset(data, 8);
  const trained = await clipstep(['train', await writeTinyPipeline(root), '--data', data, '--out', model], {
    env,
  });
  expect(trained.code).toBe(0);
});
afterAll(() => rm(root, { recursive: true }));

/** In a working folder of its own, below which it writes. */
const evaluate = (...more: string[]) =>
  clipstep(['evaluate', model, '--data', data, ...more], { env, cwd: root });
const figures = async (...more: string[]) => JSON.parse((await evaluate(...more, '--json')).stdout);

describe('clipstep evaluate', () => {
  it('gets the figures of the training on the test part', async () => {
    const { test } = JSON.parse(await readFile(join(model, 'metrics.json'), 'utf8'));
    expect((await figures()).evaluation).toEqual(test);
  });

  it('scores the part that is asked for', async () => {
    expect((await figures('--split', 'train')).evaluation.examples).toBe(8);
    expect((await figures('--split', 'validation')).evaluation.examples).toBe(4);
    expect((await figures('--split', 'all', '--top-k', '1')).evaluation.top.count).toBe(1);
  });

  it('says so where the model was trained on what it is scored on', async () => {
    const doubt = /trained on 8 of these 16 clips, .* too good; --split test scores/;
    expect((await evaluate('--split', 'all')).stdout).toMatch(doubt);
    expect(await readFile(join(root, 'runs', 'model-all', 'report.html'), 'utf8')).toMatch(doubt);
    expect(await figures('--split', 'all')).toMatchObject({ trainedOn: 8 });
    expect(await figures('--split', 'train')).toMatchObject({ trainedOn: 8 });
    expect(await figures()).toMatchObject({ trainedOn: 0 });
    const other = join(root, 'unseen');
    await writeTinyDataset(other, 3);
    const told = await evaluate('--data', other, '--split', 'all');
    expect(told.code).toBe(0);
    expect(told.stdout).not.toMatch(/too good/);
  });

  it('tells people the same in tables and words', async () => {
    const { stdout, code } = await evaluate();
    expect(code).toBe(0);
    expect(stdout).toMatch(/Accuracy on 4 test clips: \d/);
    expect(stdout).toMatch(/true \\ predicted │ down │ up/);
    expect(stdout).toMatch(/network, timesteps shuffled/);
  });

  it('writes them as JSON, as CSV and as a page, over those of an earlier evaluation', async () => {
    const { stdout, code } = await evaluate();
    expect(code).toBe(0);
    const folder = join('runs', 'model-test');
    expect(stdout).toContain(join(folder, 'report.html'));
    const { predictions, ...rest } = await figures();
    expect(predictions).toBeUndefined();
    const read = (name: string) => readFile(join(root, folder, name), 'utf8');
    expect(JSON.parse(await read('metrics.json'))).toEqual(rest);
    expect((await read('predictions.csv')).trim().split('\n')).toHaveLength(1 + 4);
    const [, accuracy] = /Accuracy on 4 test clips: (\S+ %)/.exec(stdout)!;
    const html = await read('report.html');
    expect(html).toContain(`<strong>${accuracy}</strong> of 4 test clips are right`);
    expect(html.match(/data:image\/jpeg/g)).toHaveLength(4 * 3);
  });

  it('refuses a folder that cannot be written to, and one of a model, before it scores anything', async () => {
    const inFile = await evaluate('--out', join(model, 'metrics.json', 'below'));
    expect(inFile.stderr).toMatch(/below cannot be written/);
    expect(inFile.code).toBe(1);
    const before = await readFile(join(model, 'metrics.json'), 'utf8');
    const overModel = await evaluate('--out', model);
    expect(overModel.stderr).toMatch(/is the folder of a model/);
    expect(overModel.code).toBe(2);
    expect(await readFile(join(model, 'metrics.json'), 'utf8')).toBe(before);
  });

  it('scores clips of one class, which say nothing of the others', async () => {
    const one = join(root, 'one-class');
    await cp(join(data, 'up'), join(one, 'up'), { recursive: true });
    const { evaluation } = await figures('--data', one, '--split', 'all');
    expect(evaluation.examples).toBe(8);
    const [down, up] = evaluation.classes;
    expect(down).toMatchObject({ label: 'down', examples: 0, recall: null });
    expect(up).toMatchObject({ label: 'up', examples: 8, recall: evaluation.accuracy });
  });

  it('tells what lies in two classes', async () => {
    const both = join(root, 'both');
    await cp(join(data, 'up', 'clip0'), join(both, 'up', 'clip0'), { recursive: true });
    await cp(join(data, 'up', 'clip0'), join(both, 'down', 'clip0'), { recursive: true });
    const { stderr } = await evaluate('--data', both, '--split', 'all');
    expect(stderr).toMatch(/contradict themselves: 1 pair .* has two classes/);
    expect(stderr).toMatch(/down\/clip0 is the same as up\/clip0/);
  });

  it('says how well it tells outliers from its data, and calls them unlike', async () => {
    const strange = join(root, 'strange');
    await cp(join(data, 'up', 'clip0'), join(strange, 'deep', 'clip'), { recursive: true });
    const { maxDistance, unlike, outliers } = await figures('--outliers', strange);
    expect(maxDistance).toBeGreaterThan(0);
    expect(unlike).toBeLessThanOrEqual(1);
    expect(outliers).toMatchObject({ source: strange, examples: 1 });
    const none = await figures('--outliers', strange, '--max-distance', 'inf');
    expect(none).toMatchObject({ unlike: 0, outliers: { auroc: outliers.auroc, unlike: 0 } });
    const clip = join(data, 'up', 'clip0');
    const { stdout } = await clipstep(['classify', clip, '--model', model, '--json', '--max-distance', '0'], {
      env,
    });
    const { label, unknown, distance, top } = JSON.parse(stdout);
    expect({ label, unknown }).toEqual({ label: null, unknown: { reason: 'unlike', score: distance } });
    expect(top[0].probability).toBeGreaterThan(0);
    const told = await evaluate('--outliers', strange);
    expect(told.stdout).toMatch(/Of 1 outlier from .*strange, .* are called unlike; AUROC \d/);
  });

  it.skipIf(process.platform === 'win32')('follows links to outliers, as to its data', async () => {
    const [links, linked] = [join(root, 'links'), join(root, 'linked')];
    for (const label of ['up', 'down']) {
      await mkdir(join(linked, label), { recursive: true });
      await symlink(join(data, label, 'clip0'), join(linked, label, 'clip'));
    }
    await mkdir(links);
    await symlink(join(data, 'up', 'clip0'), join(links, 'clip'));
    const flags = ['--data', linked, '--split', 'all', '--outliers', links];
    expect(await figures(...flags)).toMatchObject({ evaluation: { examples: 2 }, outliers: { examples: 1 } });
  });

  it('reports a clip that cannot be read', async () => {
    const torn = join(data, 'up', 'torn.mp4');
    await writeFile(torn, 'not a video');
    const { skipped, evaluation } = await figures('--split', 'all');
    await rm(torn);
    expect(skipped.map(({ path }: { path: string }) => path)).toEqual([torn]);
    expect(evaluation.examples).toBe(16);
  });

  it('keeps a temperature and a threshold, which classify goes by', async () => {
    const before = (await loadBundle(model)).manifest;
    const { temperature, minProbability, maxDistance, selection } = await figures(
      '--target-precision',
      '0.01',
    );
    expect(minProbability).toBeGreaterThan(0);
    expect(selection.minProbability).toBe(minProbability);
    const after = (await loadBundle(model)).manifest;
    expect(after).toEqual({ ...before, temperature, minProbability, maxDistance });
    const clip = join(data, 'up', 'clip0');
    const labelAt = async (...flags: string[]) => {
      const { stdout } = await clipstep(['classify', clip, '--model', model, '--json', ...flags], { env });
      return JSON.parse(stdout);
    };
    const anyway = ['--max-distance', 'inf'];
    const sure = await labelAt('--min-probability', '0', ...anyway);
    const unsure = await labelAt('--min-probability', '1', ...anyway);
    expect(sure.label).toBe(sure.top[0].label);
    const { top, probability } = sure;
    expect(sure).not.toHaveProperty('unknown');
    expect(unsure).toMatchObject({ label: null, unknown: { reason: 'unsure', score: probability }, top });
  });

  it('calls answers unknown below a threshold that is given, which the model does not keep', async () => {
    const before = (await loadBundle(model)).manifest;
    const { selection, evaluation } = await figures('--min-probability', '0', '--max-distance', 'inf');
    expect(selection).toBe(null);
    const strict = await figures('--min-probability', '1');
    expect(strict).toMatchObject({ minProbability: 1, selection: { minProbability: 1 } });
    expect(strict.selection.answered).toBeLessThan(1);
    expect(strict.evaluation).toEqual(evaluation);
    expect((await loadBundle(model)).manifest).toEqual(before);
    const both = ['--min-probability', '0.5', '--target-precision', '0.9'];
    const { code, stderr } = await clipstep(['evaluate', model, '--data', data, ...both], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/both were given/);
  });

  it('counts what is unlike among what gets no answer, with a threshold and without', async () => {
    const none = { answered: 0, precision: null };
    const both = ['--max-distance', '0', '--min-probability', '0.1'];
    expect(await figures(...both)).toMatchObject({ unlike: 1, selection: { minProbability: 0.1, ...none } });
    expect((await evaluate(...both)).stdout).toContain(
      'With a threshold of 10.0 % and a distance of at most 0.000, 0.0 % get an answer.',
    );
    const alone = ['--max-distance', '0', '--min-probability', '0'];
    expect(await figures(...alone)).toMatchObject({ unlike: 1, selection: none });
    const { stdout } = await evaluate(...alone);
    expect(stdout).toContain('100.0 % are called unlike: farther than 0.000 from');
    expect(stdout).not.toContain('get an answer');
  });

  it('learns what it was trained on, and leaves the rest as it is', async () => {
    const [old, trained] = [join(root, 'old'), await loadBundle(model)];
    const { manifest, members } = trained;
    const undescribed = members.map(
      (weights) => new Map([...weights].filter(([name]) => !name.startsWith(KNOWN_PREFIX))),
    );
    const { maxDistance, ...rest } = manifest;
    await saveBundle(old, { manifest: { ...rest, temperature: 7 }, members: undescribed, files: {} });
    const other = join(root, 'less');
    await writeTinyDataset(other, 5);
    const describing = (from: string) =>
      clipstep(['evaluate', old, '--data', from, '--describe'], { env, cwd: root });

    const refused = await describing(other);
    expect(refused.stderr).toMatch(/--describe needs the data that .*old was trained on/);
    expect(refused.code).toBe(2);
    expect((await describing(data)).code).toBe(0);
    const described = await loadBundle(old);
    expect(described.manifest).toMatchObject({ temperature: 7, minProbability: manifest.minProbability });
    expect(described.manifest.maxDistance).toBeGreaterThan(0);
    expect([...described.members[0]!.keys()].sort()).toEqual([...members[0]!.keys()].sort());
  });

  it('refuses classes that the model does not know', async () => {
    const other = join(root, 'other');
    await writeTinyDataset(other, 2);
    await rename(join(other, 'up'), join(other, 'sideways'));
    const result = await clipstep(['evaluate', model, '--data', other, '--split', 'all'], {
      env,
      cwd: root,
    });
    expect(result.stderr).toMatch(/does not know: sideways\. It knows down, up/);
    expect(result.code).toBe(1);
  });

  it('says so when the data is not what the model was trained on', async () => {
    expect((await evaluate()).stderr).not.toMatch(/not the data/);
    const more = join(root, 'more');
    await writeTinyDataset(more, 9);
    const result = await clipstep(['evaluate', model, '--data', more], { env, cwd: root });
    expect(result.stderr).toMatch(/not the data that the model was trained on[\s\S]*--split all/);
  });

  it('asks for data that it cannot make', async () => {
    const result = await clipstep(['evaluate', model], { env, cwd: root });
    expect(result.stderr).toMatch(/--data/);
    expect(result.code).toBe(2);
  });
});
