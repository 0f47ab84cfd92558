import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateTranslation, loadBundle, train, trainTranslation, translate } from '../../src/index.js';
import { clipstep } from '../support/cli.js';
import { writeTinyPairPipeline, writeTinyPairs, writeTinyPairTable } from '../support/tiny-pairs.js';

let root: string;
let pipeline: string;
let data: string;
let model: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-translation-'));
  pipeline = await writeTinyPairPipeline(root);
  data = join(root, 'data');
  model = join(root, 'model');
  await writeTinyPairs(data);
  await trainTranslation({ pipeline, data, out: model });
}, 120_000);
afterAll(() => rm(root, { recursive: true }));

const weightsOf = (folder: string) => readFile(join(folder, 'weights.safetensors'));

describe('a translation model', () => {
  it('learns to say words backwards, and is scored', async () => {
    const bundle = await loadBundle(model);
    const { test } = bundle.manifest;
    expect(test).toMatchObject({ pairs: 20, unknown: 0, beam: 5 });
    const { figures, nearest, translations } = await evaluateTranslation(bundle, { data });
    expect(figures).toEqual(test);
    expect(figures.bleu.score).toBeGreaterThan(60);
    expect(figures.bleuOfLowerCase.score).toBeGreaterThan(60);
    expect(nearest!.bleu.score).toBeLessThan(figures.bleu.score);
    expect((await evaluateTranslation(bundle, { data, split: 'validation' })).nearest).toBeNull();
    expect(figures.perplexity).toBeCloseTo(Math.exp(figures.nats), 6);
    expect(translations).toHaveLength(20);
    const said = [];
    for await (const translation of translate(bundle, ['a b c', '', 'h x'], { beam: 3 }))
      said.push(translation);
    expect(said).toMatchObject([
      { kind: 'translation', source: 'a b c', text: 'C B A', tokens: ['C', 'B', 'A'], unknown: [] },
      { kind: 'failed', source: '', error: { code: 'empty' } },
      { kind: 'translation', source: 'h x', unknown: ['x'] },
    ]);
    expect(await readFile(join(model, 'README.md'), 'utf8')).toContain('BLEU');
    expect(await readFile(join(model, 'report.html'), 'utf8')).toContain('The first texts of the test part');
  });

  it('translates on the command line: texts, a file and stdin, in lines or in JSON', async () => {
    const ofTexts = await clipstep(['translate', '--model', model, 'a b', 'c d e']);
    expect(ofTexts).toMatchObject({ code: 0, stdout: 'B A\nE D C\n' });
    const file = join(root, 'lines.txt');
    await writeFile(file, 'a b\n\nc x\n');
    const ofFile = await clipstep(['translate', '--model', model, '--file', file, '--beam', '1']);
    expect(ofFile.code).toBe(1);
    expect(ofFile.stdout).toMatch(/^B A\n\n.*C.*\n$/);
    expect(ofFile.stderr).toContain('empty text');
    expect(ofFile.stderr).toContain('Unknown to the model: x');
    const ofStdin = await clipstep(['translate', '--model', model, '--json'], { input: 'a b\n' });
    expect(JSON.parse(ofStdin.stdout)).toMatchObject({ source: 'a b', translation: 'B A', unknown: [] });
    const both = await clipstep(['translate', '--model', model, '--file', file, 'a']);
    expect(both.stderr).toContain('either texts or a file');
  });

  it('is scored on the command line', async () => {
    const { stdout } = await clipstep(['evaluate', model, '--data', data]);
    expect(stdout).toContain('over 20 texts of its test part');
    const without = await clipstep(['evaluate', model]);
    expect(without.stderr).toContain('--data');
  });

  it('that is interrupted goes on to the same weights', async () => {
    const [whole, parted] = [join(root, 'same'), join(root, 'parted')];
    const set = { 'training.epochs': '2', 'recurrent.dropout': '0.2', 'training.tokenDropout': '0.1' };
    await trainTranslation({ pipeline, data, out: whole, set });
    const interruption = new AbortController();
    let steps = 0;
    const first = trainTranslation({
      pipeline,
      data,
      out: parted,
      set,
      signal: interruption.signal,
      onEvent: ({ kind }) => {
        if (kind === 'step' && ++steps === 30) interruption.abort();
      },
    });
    await expect(first).rejects.toMatchObject({ code: 'aborted' });
    await trainTranslation({ pipeline, data, out: parted, set, resume: true });
    expect(await weightsOf(parted)).toEqual(await weightsOf(whole));
  }, 60_000);

  it('reads a table of pairs, and characters', async () => {
    const table = join(root, 'pairs.tsv');
    await writeTinyPairTable(table);
    const out = join(root, 'characters');
    const set = { 'training.epochs': '1', 'input.unit': 'character', 'input.longest': '20' };
    const { test, pairs } = await trainTranslation({ pipeline, data: table, out, set });
    expect(test!.pairs).toBe(pairs.test);
    expect(pairs.train).toBeGreaterThan(pairs.test);
    for await (const translation of translate(await loadBundle(out), ['a b'])) {
      expect(translation.kind).toBe('translation');
    }
  });

  it('is not trained as a classifier is, and needs data', async () => {
    const out = join(root, 'none');
    await expect(train({ pipeline, data, out })).rejects.toMatchObject({
      code: 'usage',
      fix: 'Call trainTranslation().',
    });
    await expect(trainTranslation({ pipeline, out })).rejects.toMatchObject({
      code: 'usage',
      fix: expect.stringContaining('train.de'),
    });
  });

  it('is refused by the engine that has no such network', async () => {
    const given = { pipeline, data, out: join(root, 'tensorflow'), engine: 'tensorflow' } as const;
    await expect(trainTranslation(given)).rejects.toMatchObject({
      code: expect.stringMatching(/^(usage|engine_unavailable)$/),
    });
  });
});
