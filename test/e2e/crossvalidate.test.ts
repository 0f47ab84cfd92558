import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { freshCache } from '../support/cache.js';
import { clipstep } from '../support/cli.js';
import { writeStrokes, writeStrokesPipeline } from '../support/strokes.js';
import { writeTinyDataset, writeTinyPipeline } from '../support/tiny-dataset.js';

let root: string;
let data: string;
let pipeline: string;
let env: { CLIPSTEP_CACHE: string };
/** Two repeats of three folds, with their ensemble. */
let whole: string;
let result: Awaited<ReturnType<typeof clipstep>>;

const command = (out: string, ...more: string[]) => [
  ...['crossvalidate', pipeline, '--data', data, '--out', out, '--folds', '3', '--repeats', '2'],
  ...more,
];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-crossvalidate-'));
  data = join(root, 'data');
  whole = join(root, 'whole');
  env = await freshCache(join(root, 'cache'));
  await writeTinyDataset(data, 6);
  pipeline = await writeTinyPipeline(root, {
    training: '{ train: everything, epochs: 2, batchSize: 4, learningRate: 0.01 }',
  });
  result = await clipstep(command(whole, '--ensemble'), { env });
});
afterAll(() => rm(root, { recursive: true }));

const readCsv = async (out: string, file = 'predictions.csv'): Promise<Array<Record<string, string>>> =>
  parse(await readFile(join(out, file), 'utf8'), { columns: true });
const readMetrics = async (out: string) => JSON.parse(await readFile(join(out, 'metrics.json'), 'utf8'));
const accuracyOf = (lines: ReadonlyArray<Record<string, string>>) =>
  lines.filter(({ label, predicted }) => label === predicted).length / lines.length;

describe('clipstep crossvalidate', () => {
  it('tests every clip once a repeat, by a network of another fold each', async () => {
    expect(result.code).toBe(0);
    const lines = await readCsv(whole);
    expect(lines).toHaveLength(24);
    for (const repeat of ['1', '2']) {
      const ids = lines.filter((line) => line.repeat === repeat).map(({ id }) => id);
      expect(new Set(ids).size).toBe(12);
    }
    const foldsOf = (repeat: string) =>
      lines.filter((line) => line.repeat === repeat).map(({ id, fold }) => `${id} ${fold}`);
    expect(foldsOf('1').sort()).not.toEqual(foldsOf('2').sort());
  });

  it('leaves nothing that stands in the way when it was refused', async () => {
    const [out, few] = [join(root, 'refused'), join(root, 'few')];
    await writeTinyDataset(few, 2);
    const refused = () =>
      clipstep(['crossvalidate', pipeline, '--data', few, '--out', out, '--folds', '2'], { env });
    const [first, second] = [await refused(), await refused()];
    expect(first.code).not.toBe(0);
    expect(await readdir(out)).toEqual([]);
    expect(second.stderr).toBe(first.stderr);
  });

  it('reports what the predictions say', async () => {
    const lines = await readCsv(whole);
    const { accuracy, folds, repeats, outOfFold, baselines } = await readMetrics(whole);
    expect(outOfFold.accuracy).toBeCloseTo(accuracyOf(lines), 10);
    expect(folds).toHaveLength(6);
    for (const { repeat, fold, accuracy: own } of folds) {
      const tested = lines.filter((line) => line.repeat === `${repeat}` && line.fold === `${fold}`);
      expect(own).toBeCloseTo(accuracyOf(tested), 10);
    }
    const mean = folds.reduce((sum: number, fold: { accuracy: number }) => sum + fold.accuracy / 6, 0);
    expect(accuracy.mean).toBeCloseTo(mean, 10);
    expect(repeats).toHaveLength(2);
    expect(baselines.classifiers.map(({ name }: { name: string }) => name)).toEqual([
      'majority',
      'middle',
      'mean',
      'shuffled',
      'network',
    ]);
    expect(result.stdout).toMatch(/Accuracy over 6 folds: mean \d/);
    const report = await readFile(join(whole, 'report.html'), 'utf8');
    expect(report).toContain(`mean ${(100 * accuracy.mean).toFixed(1)} %`);
    expect(report).toContain('data:image/jpeg');
    expect(result.stdout).toMatch(/network, timesteps shuffled/);
  });

  it('writes an ensemble that answers with the mean of the folds, at the temperature that fits all', async () => {
    const clip = join(data, 'up', 'clip0');
    const ask = async (model: string) => {
      const { stdout } = await clipstep(['classify', clip, '--model', model, '--json'], { env });
      const { top } = JSON.parse(stdout);
      return top.find(({ label }: { label: string }) => label === 'up').probability as number;
    };
    const { temperature } = JSON.parse(await readFile(join(whole, 'metrics.json'), 'utf8'));
    const single: number[] = [];
    for (const repeat of [1, 2]) {
      for (const fold of [1, 2, 3]) {
        const folder = join(whole, `repeat-${repeat}`, `fold-${fold}`);
        const [probability, kept] = [await ask(folder), (await loadBundle(folder)).manifest.temperature];
        const odds = (probability / (1 - probability)) ** (kept / temperature);
        single.push(odds / (1 + odds));
      }
    }
    const mean = single.reduce((sum, value) => sum + value / single.length, 0);
    expect(await ask(join(whole, 'ensemble'))).toBeCloseTo(mean, 4);
  });

  it('says in the model card of the ensemble how good its networks are, and how it was made', async () => {
    const card = await readFile(join(whole, 'ensemble', 'README.md'), 'utf8');
    expect(card).toMatch(
      /average of 6 folds[\s\S]* \d+\.\d % of all answers were right[\s\S]*mean over time, no order/,
    );
    expect(card).toMatch(/ {4}clipstep crossvalidate .* --folds 3 --repeats 2 --seed \d+ --ensemble\n$/);
    const report = await readFile(join(whole, 'ensemble', 'report.html'), 'utf8');
    expect(report).toMatch(
      /average of 6 folds[\s\S]*single folds[\s\S]* is not tested[\s\S]*data:image\/jpeg/,
    );
    const [own, all] = [join(whole, 'ensemble', 'metrics.json'), join(whole, 'metrics.json')];
    expect(await readFile(own, 'utf8')).toBe(await readFile(all, 'utf8'));
  });

  it('keeps what each fold said of its validation part, which it is not tested on', async () => {
    const ids = async (file: string) =>
      (await readCsv(join(whole, 'repeat-1', 'fold-1'), file)).map(({ id }) => id);
    const [validated, tested] = [await ids('validation-predictions.csv'), await ids('predictions.csv')];
    expect(validated.length).toBeGreaterThan(0);
    expect(validated.filter((id) => tested.includes(id))).toEqual([]);
  });

  it('says so when nothing that a fold is tested on can be read', async () => {
    const torn = join(root, 'torn');
    await cp(data, torn, { recursive: true });
    const unread = (await readCsv(whole)).filter(({ repeat, fold }) => repeat === '1' && fold === '2');
    for (const { id } of unread) {
      const frames = await readdir(join(torn, id!));
      await Promise.all(frames.map((frame) => writeFile(join(torn, id!, frame), 'not a picture')));
    }
    const out = join(root, 'torn-out');
    const refused = await clipstep(
      ['crossvalidate', pipeline, '--data', torn, '--out', out, '--folds', '3'],
      {
        env,
      },
    );
    expect(refused.stderr).toMatch(
      /None of the clips that \S+fold-2 is to be tested on can be read; \S+clip/,
    );
    expect(refused.code).toBe(1);
  });

  it('does not let the ensemble be tested on what it was trained on', async () => {
    const ensemble = join(whole, 'ensemble');
    const evaluate = (...more: string[]) =>
      clipstep(['evaluate', ensemble, '--data', data, ...more], { env, cwd: root });
    const refused = await evaluate();
    expect(refused.stderr).toMatch(/no test part[\s\S]*--split all/);
    expect(refused.code).toBe(2);
    const all = await evaluate('--split', 'all', '--json');
    expect(JSON.parse(all.stdout)).toMatchObject({ trainedOn: 12, evaluation: { examples: 12 } });
    expect((await evaluate('--split', 'all')).stdout).toMatch(
      /trained on 12 of these 12 clips, .* too good; evaluate it on others\./,
    );
    const strange = join(root, 'strange');
    await writeTinyDataset(strange, 7);
    const other = await clipstep(['evaluate', ensemble, '--data', strange, '--split', 'all', '--json'], {
      env,
      cwd: root,
    });
    expect(JSON.parse(other.stdout)).toMatchObject({ trainedOn: 0, evaluation: { examples: 14 } });
  });

  it('goes on to the same result after Ctrl-C, without training a fold again', async () => {
    const cut = join(root, 'cut');
    let isAsked = false;
    const interrupted = await clipstep(command(cut), {
      env,
      onStderr: (text, kill) => {
        if (isAsked || !/fold 2 of 3[\s\S]*epoch 1\/2/.test(text)) return;
        isAsked = true;
        kill('SIGINT');
      },
    });
    expect(interrupted.code).toBe(130);
    expect((await clipstep(command(cut), { env })).stderr).toMatch(/not empty[\s\S]*--resume/);
    const other = await clipstep(command(cut, '--resume', '--seed', '9'), { env });
    expect(other.stderr).toMatch(/trained with other settings:\n {2}seed: was 1, is 9/);
    const resumed = await clipstep(command(cut, '--resume'), { env });
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toMatch(/^Repeat 1, fold 1 of 3\nRepeat 1, fold 2 of 3\n/);
    expect(await readFile(join(cut, 'predictions.csv'), 'utf8')).toBe(
      await readFile(join(whole, 'predictions.csv'), 'utf8'),
    );
    expect(await readdir(join(cut, 'repeat-1'))).toEqual(['fold-1', 'fold-2', 'fold-3']);
  });

  it('has nothing to resume where nothing was begun', async () => {
    const refused = await clipstep(command(join(root, 'nowhere'), '--resume'), { env });
    expect(refused.stderr).toMatch(/no cross-validation to resume/);
    expect(refused.code).toBe(2);
  });
});

describe('clipstep crossvalidate --target-precision', () => {
  const ask = (out: string, ...more: string[]) =>
    clipstep(
      [
        ...['crossvalidate', join(root, 'strokes.yaml'), '--data', join(root, 'strokes'), '--out', out],
        ...['--folds', '2', '--ensemble', ...more],
      ],
      { env },
    );
  beforeAll(async () => {
    await writeStrokes(join(root, 'strokes'), 6);
    await writeStrokesPipeline(root);
  });

  it('says how many answers stand, also of folds that are finished, and keeps a threshold in the ensemble', async () => {
    const out = join(root, 'thresholds');
    const ensemble = join(out, 'ensemble');
    expect((await ask(out)).stdout).not.toMatch(/unknown/);
    expect((await loadBundle(ensemble)).manifest.minProbability).toBe(0);
    const { code, stdout, stderr } = await ask(out, '--resume', '--target-precision', '0.9');
    expect(stderr).not.toMatch(/epoch/);
    expect(code).toBe(0);
    const { selection, folds } = await readMetrics(out);
    expect(selection.threshold).toEqual({
      kind: 'chosen',
      targetPrecision: 0.9,
      chosenOn: { part: 'otherFolds', fewest: 6 },
    });
    const answered = (100 * selection.answered.share).toFixed(1);
    expect(stdout).toContain(`${answered} % get an answer (95 % interval`);
    expect(await readFile(join(out, 'report.html'), 'utf8')).toContain(`${answered} % get an answer`);
    expect(stdout).toMatch(/fold .* unknown below .* answered .* precision/);
    expect(folds[0].selection.minProbability).toBeGreaterThan(0.5);
    expect((await loadBundle(ensemble)).manifest.minProbability).toBe(selection.overall.minProbability);
    const card = await readFile(join(ensemble, 'README.md'), 'utf8');
    expect(card).toMatch(/This model calls answers less probable than [\s\S]* --target-precision 0\.9 /);
  });

  it('is not asked for beside a threshold that is given', async () => {
    const both = ['--target-precision', '0.9', '--min-probability', '0.8'];
    const refused = await ask(join(root, 'both'), ...both);
    expect(refused.stderr).toMatch(/but both were given/);
    expect(refused.code).toBe(2);
  });
});

describe('clipstep crossvalidate --choose', () => {
  it('says what each fold chose, and that nothing was chosen on what it was tested on', async () => {
    const [strokes, out] = [join(root, 'strokes'), join(root, 'chosen')];
    await writeStrokes(strokes, 6);
    const recipe = await writeStrokesPipeline(root);
    const { code, stdout, stderr } = await clipstep(
      [
        ...['crossvalidate', recipe, '--data', strokes, '--out', out, '--folds', '2', '--inner-folds', '2'],
        ...['--choose', 'training.learningRate=[1e-9,0.1]'],
      ],
      { env },
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^Repeat 1, fold 2 of 2: candidate 2 of 2 \(training\.learningRate=0\.1\), inner fold 1 of 2$/m,
    );
    expect(stdout).toMatch(/Selection was nested/);
    expect(stdout).toMatch(/1\.2 .* training\.learningRate=0\.1 .* [\d.]+ % .* [\d.]+ %/);
  });

  it('makes no ensemble', async () => {
    const out = join(root, 'never');
    const refused = await clipstep(command(out, '--ensemble', '--choose', 'recurrent.layers=[1,2]'), { env });
    expect(refused.stderr).toMatch(/An ensemble is of one pipeline/);
    expect(refused.code).toBe(2);
  });
});
