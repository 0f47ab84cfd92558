import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { bestOf } from '../../src/crossvalidate/choose.js';
import type { CrossvalidateOptions } from '../../src/crossvalidate/crossvalidate-options.js';
import { parsePredictions } from '../../src/tasks/classification/predictions.js';
import { type CrossvalidateResult, crossvalidate } from '../../src/workflows/crossvalidate.js';
import { writeStrokes, writeStrokesPipeline } from '../support/strokes.js';

let root: string;
let data: string;
let pipeline: string;
let whole: string;
let result: CrossvalidateResult;
let told: string[];

/** A rate that learns nothing and one that does, each with weights that stay finite and with some that do not. */
const CHOOSE = { 'training.learningRate': '[1e-9, 0.1]', 'training.weightDecay': '[0, 1e30]' };
const LEARNS = { 'training.learningRate': 0.1, 'training.weightDecay': 0 };

/** A cross-validation, and what it tells; `stopAt` interrupts it when that is told. */
async function run(out: string, more: Partial<CrossvalidateOptions> = {}, stopAt = 'never') {
  const interruption = new AbortController();
  const notes: string[] = [];
  const options: CrossvalidateOptions = {
    pipeline,
    data,
    out,
    folds: 2,
    choose: CHOOSE,
    innerFolds: 2,
    signal: interruption.signal,
    onEvent: (event) => {
      if (event.kind !== 'note') return;
      notes.push(event.message);
      if (event.message.includes(stopAt)) interruption.abort();
    },
    ...more,
  };
  return { notes, finished: await crossvalidate(options).catch((error: unknown) => error) };
}

const readIn = (out: string, name: string) => readFile(join(out, name), 'utf8');

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-choose-'));
  data = join(root, 'data');
  whole = join(root, 'whole');
  await writeStrokes(data, 8);
  pipeline = await writeStrokesPipeline(root);
  const { notes, finished } = await run(whole);
  told = notes;
  result = finished as CrossvalidateResult; // the tests below fail where it is an error
});
afterAll(() => rm(root, { recursive: true }));

describe('settings that are chosen inside each fold', () => {
  it('are those that do best in the inner folds, never such as cannot learn', () => {
    expect(result.folds).toHaveLength(2);
    for (const { choice } of result.folds) {
      expect(choice?.chosen).toMatchObject({ settings: LEARNS, examples: 8 });
      const [still, , learns] = choice!.candidates;
      expect(learns).toEqual(choice!.chosen);
      expect(learns!.accuracy).toBeGreaterThan(still!.accuracy!);
    }
  });

  it('are not those of a training that diverged, of which no further inner folds are tried', () => {
    for (const { choice } of result.folds) {
      const diverged = choice!.candidates.filter(({ settings }) => settings['training.weightDecay'] === 1e30);
      expect(diverged.map(({ accuracy }) => accuracy)).toEqual([null, null]);
    }
    const decays = told.filter((note) => /fold 1 of 2: candidate/.test(note) && note.includes('1e+30'));
    expect(decays.map((note) => note.slice(note.indexOf('candidate')))).toEqual([
      'candidate 2 of 4 (training.learningRate=1e-9, training.weightDecay=1e+30), inner fold 1 of 2',
      'candidate 4 of 4 (training.learningRate=0.1, training.weightDecay=1e+30), inner fold 1 of 2',
    ]);
  });

  it('are in the pipeline of the model of the fold', async () => {
    for (const fold of [1, 2]) {
      const { manifest } = await loadBundle(join(whole, 'repeat-1', `fold-${fold}`));
      expect(manifest.pipeline.training).toMatchObject({ learningRate: 0.1, weightDecay: 0 });
      expect(manifest.pipeline.split.fold).toEqual({ number: fold, of: 2 });
    }
  });

  it('are told with their inner figures in metrics.json and the report', async () => {
    const { folds } = JSON.parse(await readIn(whole, 'metrics.json'));
    expect(folds).toEqual(result.folds);
    const report = await readIn(whole, 'report.html');
    expect(report).toContain(
      'each fold chose training.learningRate and training.weightDecay from 4 candidates by 2 inner folds',
    );
    expect(report).toMatch(
      /<td><bdi>1\.2<\/bdi><\/td><td><bdi>training\.learningRate=0\.1, training\.weightDecay=0<\/bdi><\/td><td class="number">[\d.]+ %<\/td>/,
    );
  });

  it('do not depend on what the pictures of the test part of the fold show', async () => {
    const other = join(root, 'other-data');
    await cp(data, other, { recursive: true });
    const path = 'repeat-1/fold-1/predictions.csv';
    const tested = parsePredictions(await readIn(whole, path), result.labels, path);
    expect(tested).toHaveLength(8);
    for (const { example } of tested) {
      const shown = tested.find(({ example: { label } }) => label !== example.label)!;
      await cp(join(data, shown.example.id), join(other, example.id));
    }
    const out = join(root, 'other');
    await run(out, { data: other }, 'fold 1 of 2: chosen');
    const choice = 'repeat-1/fold-1.choice.json';
    expect(await readIn(out, choice)).toBe(await readIn(whole, choice));
  });
});

describe('a choice that was interrupted', () => {
  it('goes on to the same result, without what is finished, and with nothing else', async () => {
    const out = join(root, 'cut');
    const cut = await run(out, {}, 'fold 2 of 2: candidate 3 of 4');
    expect(cut.finished).toMatchObject({ code: 'aborted', problem: expect.stringMatching(/were chosen/) });
    const refused = async (more: Partial<CrossvalidateOptions>) =>
      (await run(out, { resume: true, ...more })).finished;
    expect(await refused({ choose: { 'training.learningRate': '[1e-9, 0.1]' } })).toMatchObject({
      code: 'usage',
      problem: expect.stringMatching(
        /started with other settings:\n {2}--choose: was training\.learningRate=1e-9, .*; .*, is training\.learningRate=1e-9; training\.learningRate=0\.1\n {2}training\.weightDecay: was left out, is 0$/,
      ),
    });
    expect(await refused({ innerFolds: 3, set: { 'recurrent.units': '5' } })).toMatchObject({
      code: 'usage',
      problem: expect.stringMatching(
        /:\n {2}recurrent\.units: was \d+, is 5\n {2}--inner-folds: was 2, is 3$/,
      ),
    });
    const { choose, ...fixed } = { pipeline, data, out, folds: 2, choose: CHOOSE };
    await expect(crossvalidate({ ...fixed, resume: true })).rejects.toMatchObject({
      code: 'usage',
      problem: expect.stringMatching(/started with settings to choose/),
    });
    const { notes } = await run(out, { resume: true });
    expect(notes.filter((note) => note.includes('candidate'))).toEqual(
      told.filter((note) => /fold 2 of 2: candidate [34]/.test(note)),
    );
    for (const name of ['predictions.csv', 'metrics.json']) {
      expect(await readIn(out, name)).toBe(await readIn(whole, name));
    }
  });

  it('is not begun where folds were trained with fixed settings', async () => {
    const out = join(root, 'fixed');
    await crossvalidate({ pipeline, data, out, folds: 2 });
    const { finished } = await run(out, { resume: true });
    expect(finished).toMatchObject({ problem: expect.stringMatching(/started without settings to choose/) });
  });
});

describe('what cannot be chosen', () => {
  it.each<[string, Partial<CrossvalidateOptions>, string, RegExp]>([
    ['a single value', { choose: { 'recurrent.layers': '1' } }, 'usage', /gives 1 for recurrent\.layers;/],
    ['no list', { choose: { 'recurrent.layers': '[1]' } }, 'usage', /at least 2 values/],
    ['no YAML', { choose: { 'recurrent.layers': '[1' } }, 'usage', /recurrent\.layers is not YAML/],
    ['a value twice', { choose: { 'recurrent.layers': '[1, 1]' } }, 'usage', /make the same pipeline/],
    ['another section', { choose: { 'recurent.layers': '[0, 1]' } }, 'usage', /no setting recurent\.layers/],
    [
      'another name',
      { choose: { 'recurrent.layer': '[0, 1]' } },
      'bad_config',
      /candidate recurrent\.layer=0 /,
    ],
    [
      'a contradiction',
      { choose: { 'recurrent.layers': '[1, 0]', 'recurrent.readout': '[mean, last]' } },
      'bad_config',
      /candidate recurrent\.layers=0, recurrent\.readout=last cannot be trained/,
    ],
    ['the split', { choose: { 'split.test': '[0, 0.1]' } }, 'usage', /split\.test cannot be chosen/],
    [
      'what is set',
      { choose: { 'recurrent.layers': '[0, 1]' }, set: { 'recurrent.layers': '2' } },
      'usage',
      /chosen with --choose and set to 2/,
    ],
    ['for an ensemble', { ensemble: true }, 'usage', /An ensemble is of one pipeline/],
    ['in more folds than there are groups', { innerFolds: 9 }, 'bad_dataset', /9 folds inside each fold/],
  ])('%s', async (_, more, code, problem) => {
    const out = join(root, 'refused');
    const { notes, finished } = await run(out, more);
    expect(finished).toMatchObject({ code, problem: expect.stringMatching(problem) });
    expect(notes).toEqual([]);
  });

  it('by inner folds alone', async () => {
    const refused = crossvalidate({ pipeline, data, out: join(root, 'refused'), innerFolds: 3 });
    await expect(refused).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('the best candidate', () => {
  const scored = (accuracy: number | null, logLoss: number | null, name: number) => ({
    settings: { name },
    examples: 10,
    accuracy,
    logLoss,
  });

  it('has the most right answers; of equals the lower log loss; of equals it is the first', () => {
    expect(bestOf([scored(0.5, 0.1, 1), scored(0.7, 0.9, 2)])?.settings).toEqual({ name: 2 });
    expect(bestOf([scored(0.7, 0.4, 1), scored(0.7, 0.3, 2)])?.settings).toEqual({ name: 2 });
    expect(bestOf([scored(0.7, 0.3, 1), scored(0.7, 0.3, 2)])?.settings).toEqual({ name: 1 });
    expect(bestOf([scored(null, null, 1), scored(0.1, 3, 2)])?.settings).toEqual({ name: 2 });
    expect(bestOf([scored(null, null, 1)])).toBeNull();
  });
});
