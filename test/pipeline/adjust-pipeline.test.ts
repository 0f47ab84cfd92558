import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSetting, readAdjustedPipeline, settingText } from '../../src/pipeline/adjust-pipeline.js';
import { shippedPath } from '../../src/platform/shipped.js';
import { writeTinyPipeline } from '../support/tiny-dataset.js';
import { writeTinyTextPipeline } from '../support/tiny-texts.js';

let folder: string;
let pipeline: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-adjust-'));
  pipeline = await writeTinyPipeline(folder);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a pipeline with adjustments', () => {
  it('has them in place of its own settings, and keeps the others', async () => {
    const plain = await readAdjustedPipeline({ pipeline });
    const set = {
      'training.epochs': '7',
      'recurrent.cell': 'gru',
      'input.encoder.pooling': '{kind: global}',
    };
    const adjusted = await readAdjustedPipeline({ pipeline, set, seed: 5 });
    expect(adjusted).toEqual({
      ...plain,
      seed: 5,
      recurrent: { ...plain.recurrent, cell: 'gru' },
      training: { ...plain.training, epochs: 7 },
    });
  });

  it('leaves out what is null', async () => {
    const plain = await readAdjustedPipeline({ pipeline });
    expect(plain.recurrent.dropout).toBe(0.1);
    const adjusted = await readAdjustedPipeline({ pipeline, set: { 'recurrent.dropout': 'null' } });
    expect(adjusted).toEqual({ ...plain, recurrent: { ...plain.recurrent, dropout: 0 } });
    const required = readAdjustedPipeline({ pipeline, set: { 'recurrent.units': 'null' } });
    await expect(required).rejects.toMatchObject({ code: 'bad_config' });
  });

  it('keeps a folder of weights as seen from its file', async () => {
    await mkdir(join(folder, 'weights'));
    const { input } = await readAdjustedPipeline({ pipeline, weights: join(folder, 'weights') });
    expect(input).toMatchObject({ encoder: { weights: 'weights' } });
  });

  it('keeps outliers as seen from its file, unless they are drawn', async () => {
    const outliersOf = async (path: string, outliers: string) =>
      (await readAdjustedPipeline({ pipeline: path, outliers })).outliers;
    expect(await outliersOf(pipeline, join(folder, 'others'))).toBe('others');
    expect(await outliersOf(pipeline, folder)).toBe('.');
    expect(await outliersOf(pipeline, 'scribbles')).toMatch(/^\.\..*scribbles$/);
    expect(await outliersOf(shippedPath('pipeline', 'mnist-rows'), 'scribbles')).toBe('scribbles');
  });

  it('refuses outliers where there are no classes', async () => {
    const refused = readAdjustedPipeline({
      pipeline: shippedPath('pipeline', 'shakespeare-characters'),
      outliers: 'others.txt',
    });
    await expect(refused).rejects.toThrow(/outliers \(--outliers\): must be left out when task is language/);
  });

  it('refuses weights that are neither there nor the name of a model', async () => {
    const refused = readAdjustedPipeline({ pipeline, weights: 'motoin' });
    await expect(refused).rejects.toMatchObject({
      code: 'not_found',
      fix: expect.stringContaining('motion'),
    });
  });

  it.each([
    ['training.epoch', '3', 'bad_config', 'epoch'],
    ['training.epochs', 'three', 'bad_config', 'training.epochs'],
    ['trainig.epochs', '3', 'usage', 'trainig'],
    ['seed.x', '3', 'usage', 'seed'],
    ['training.epochs', '[3', 'usage', 'not YAML'],
    ['recurrent', '{ units: 3, units: 4 }', 'usage', 'twice, the second time in line 1, column 13'],
    [
      'finetune',
      '[{ fromBlock: 99, epochs: 1, batchSize: 1, learningRate: 0.1 }]',
      'bad_config',
      'finetune.0.fromBlock (--set)',
    ],
  ])('refuses %s=%s', async (name, value, code, problem) => {
    const refused = readAdjustedPipeline({ pipeline, set: { [name]: value } });
    await expect(refused).rejects.toMatchObject({ code, problem: expect.stringContaining(problem) });
  });

  it('has no use for encoder weights where there is no encoder', async () => {
    const rows = new URL('../../pipelines/mnist-rows.yaml', import.meta.url).pathname;
    await expect(readAdjustedPipeline({ pipeline: rows, weights: 'hub' })).rejects.toMatchObject({
      code: 'usage',
    });
  });
});

describe('the text of a setting', () => {
  it.each([[1e-9], ['gru'], ['true'], [null], [[0.7, 1]], [{ kind: 'grid', n: 2, names: ['a b', '1'] }]])(
    'is one line that %j is read from',
    (value) => {
      const text = settingText(value);
      expect(text).not.toContain('\n');
      expect(parseSetting('name', text)).toEqual(value);
    },
  );
});

describe('an encoding', () => {
  it('is that of the texts, and refused where there are none', async () => {
    const texts = await writeTinyTextPipeline(folder);
    const { data } = await readAdjustedPipeline({ pipeline: texts, encoding: 'utf-16le' });
    expect(data).toMatchObject({ kind: 'texts', encoding: 'utf-16le' });
    await expect(readAdjustedPipeline({ pipeline: texts, encoding: 'utf-9' })).rejects.toMatchObject({
      code: 'usage',
    });
    await expect(readAdjustedPipeline({ pipeline, encoding: 'utf-16le' })).rejects.toMatchObject({
      code: 'usage',
    });
  });
});

it('forgets the generated data of a pipeline that is trained on other data', async () => {
  expect((await readAdjustedPipeline({ pipeline: 'pipelines/motion.yaml' })).data?.kind).toBe('motion');
  const { data } = await readAdjustedPipeline({ pipeline: 'pipelines/motion.yaml', data: 'clips' });
  expect(data).toBeUndefined();
});
