import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateLanguage, generate, loadBundle, train, trainLanguage } from '../../src/index.js';
import { writeTinyLanguagePipeline, writeTinyText } from '../support/tiny-text.js';

let root: string;
let pipeline: string;
let data: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-language-'));
  pipeline = await writeTinyLanguagePipeline(root);
  data = join(root, 'text.txt');
  await writeTinyText(data, 400);
});
afterAll(() => rm(root, { recursive: true }));

const weightsOf = (folder: string) => readFile(join(folder, 'weights.safetensors'));

describe('a language model', () => {
  it('learns a text, and is scored beside what counting comes to', async () => {
    const out = join(root, 'whole');
    const { test, baselines, tokens } = await trainLanguage({ pipeline, data, out });
    expect(tokens).toEqual({ train: 3200, validation: 400, test: 400 });
    expect(test!.nats).toBeLessThan(0.5);
    expect(test!.bitsPerCharacter).toBeCloseTo(test!.nats / Math.LN2, 6);
    expect(test!.perplexity).toBeCloseTo(Math.exp(test!.nats), 6);
    expect(baselines[0]).toMatchObject({ order: 1 });
    expect(baselines[1]!.figures.nats).toBeLessThan(0.1);
    const bundle = await loadBundle(out);
    const again = await evaluateLanguage(bundle, { data });
    expect(again.figures.nats).toBeCloseTo(test!.nats, 6);
    expect(await evaluateLanguage(bundle, { data, split: 'all' })).toMatchObject({ baselines: [] });
    let text = '';
    for await (const part of generate(bundle, { prompt: 'abcd', length: 16, greedy: true })) {
      if (part.kind === 'text') text += part.text;
    }
    expect(text).toBe(' efgh\nabcd efgh\n');
    expect(await readFile(join(out, 'README.md'), 'utf8')).toContain('bits a character');
  }, 120_000);

  it('that is interrupted goes on to the same weights, from the states where it was', async () => {
    const [whole, parted] = [join(root, 'same'), join(root, 'parted')];
    await trainLanguage({ pipeline, data, out: whole });
    const interruption = new AbortController();
    let steps = 0;
    const first = trainLanguage({
      pipeline,
      data,
      out: parted,
      signal: interruption.signal,
      onEvent: ({ kind }) => {
        if (kind === 'step' && ++steps === 130) interruption.abort();
      },
    });
    await expect(first).rejects.toMatchObject({ code: 'aborted' });
    await trainLanguage({ pipeline, data, out: parted, resume: true });
    expect(await weightsOf(parted)).toEqual(await weightsOf(whole));
  }, 120_000);

  it.each([
    ['adaptive', 'recurrent.softmax', '{ kind: adaptive, cutoffs: [5], shrink: 2 }'],
    ['sampled', 'recurrent.softmax', '{ kind: sampled, samples: 6 }'],
    ['with tokens that are dropped', 'training.tokenDropout', '0.05'],
  ])(
    'learns by a softmax that is %s, and is scored by all of its distribution',
    async (kind, name, value) => {
      const out = join(root, kind);
      const { test } = await trainLanguage({ pipeline, data, out, set: { [name]: value } });
      expect(test!.nats).toBeLessThan(0.8);
      const bundle = await loadBundle(out);
      expect((await evaluateLanguage(bundle, { data })).figures.nats).toBeCloseTo(test!.nats, 6);
      let text = '';
      for await (const part of generate(bundle, { prompt: 'abcd', length: 11, greedy: true })) {
        if (part.kind === 'text') text += part.text;
      }
      expect(text).toBe(' efgh\nabcd ');
    },
    120_000,
  );

  it('whose loss is no number stops, with the last finite checkpoint', async () => {
    const out = join(root, 'wild');
    const set = { 'training.learningRate': '1', 'training.weightDecay': '1e30' };
    await expect(trainLanguage({ pipeline, data, out, set })).rejects.toMatchObject({ code: 'diverged' });
    expect((await readFile(`${out}.checkpoint`)).length).toBeGreaterThan(0);
  });

  it('needs a text that is long enough, has different tokens, and is there', async () => {
    const short = join(root, 'short.txt');
    await writeFile(short, 'abc');
    const out = join(root, 'none');
    await expect(trainLanguage({ pipeline, data: short, out })).rejects.toMatchObject({
      code: 'bad_dataset',
      problem: expect.stringContaining('needs 33'),
    });
    await writeFile(short, 'a'.repeat(1000));
    await expect(trainLanguage({ pipeline, data: short, out })).rejects.toMatchObject({
      code: 'bad_dataset',
    });
    await expect(trainLanguage({ pipeline, out })).rejects.toMatchObject({ code: 'usage' });
  });

  it('is not trained as a classifier is', async () => {
    await expect(train({ pipeline, data, out: join(root, 'classes') })).rejects.toMatchObject({
      code: 'usage',
      fix: 'Call trainLanguage().',
    });
  });

  it('is refused by the engine that has no such network', async () => {
    const given = { pipeline, data, out: join(root, 'tensorflow'), engine: 'tensorflow' } as const;
    await expect(trainLanguage(given)).rejects.toMatchObject({
      code: expect.stringMatching(/^(usage|engine_unavailable)$/),
    });
  });
});
