import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPairCorpus } from '../../../src/inputs/text/pair-corpus.js';
import { readPairs } from '../../../src/inputs/text/text-pairs.js';
import { BEGIN, END, MARKERS, UNKNOWN } from '../../../src/inputs/text/vocabulary.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-pairs-'));
});
afterAll(() => rm(root, { recursive: true }));

const options = { from: 'de', to: 'en', encoding: 'utf-8', split: { validation: 0.2, test: 0.3 } };

async function folderOf(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
  return folder;
}

describe('pairs of texts', () => {
  it('are the same lines of two files, in each part that is there', async () => {
    const folder = await folderOf('parts', {
      'train.de': 'ein Mann\nein Hund\n',
      'train.en': 'a man\r\na dog\r\n',
      'val.de': 'Fluß\n',
      'val.en': 'river\n',
      'README.md': 'none',
    });
    expect(await readPairs(folder, options)).toEqual({
      train: [
        { source: 'ein Mann', target: 'a man' },
        { source: 'ein Hund', target: 'a dog' },
      ],
      validation: [{ source: 'Fluß', target: 'river' }],
      test: [],
    });
  });

  it('of a table are dealt out so that no source is in two parts', async () => {
    const path = join(root, 'pairs.tsv');
    const lines = Array.from({ length: 200 }, (_, index) => `said ${index % 100}\tanswer ${index}\tmore`);
    await writeFile(path, lines.join('\n'));
    const parts = await readPairs(path, options);
    const sources = Object.values(parts).map((pairs) => new Set(pairs.map(({ source }) => source)));
    expect(sources.map(({ size }) => size)).toEqual([50, 20, 30]);
    expect(new Set(sources.flatMap((own) => [...own])).size).toBe(100);
    expect(parts.test).toHaveLength(60);
    expect(parts.test[0]!.target).toMatch(/^answer \d+$/);
    expect(await readPairs(path, options)).toEqual(parts);
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['different lengths', { 'train.de': 'a\nb\n', 'train.en': 'a\n' }, 'has 2 lines and'],
    [
      'an empty text',
      { 'train.de': 'a\n\nb\n', 'train.en': 'a\nb\nc\n' },
      'train.de has an empty text in line 2',
    ],
    ['one file of two', { 'train.de': 'a\n' }, 'no file .en beside it'],
    ['no pair', { 'README.md': 'a\n' }, 'has no pairs'],
    [
      'two files for a part',
      { 'train.de': 'a', 'train2.de': 'b', 'a-train.de': 'c' },
      'texts for the train part',
    ],
  ])('are refused: %s', async (name, files, problem) => {
    const folder = await folderOf(name, files);
    await expect(readPairs(folder, options)).rejects.toMatchObject({
      code: 'bad_dataset',
      problem: expect.stringContaining(problem),
    });
  });

  it('are refused: a line without a tab, no line, no file', async () => {
    const path = join(root, 'bad.tsv');
    await writeFile(path, 'a\tb\nc\n');
    await expect(readPairs(path, options)).rejects.toMatchObject({
      code: 'bad_dataset',
      problem: expect.stringContaining('Line 2'),
    });
    await writeFile(path, '');
    await expect(readPairs(path, options)).rejects.toMatchObject({ code: 'bad_dataset' });
    await expect(readPairs(join(root, 'none'), options)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a corpus of pairs', () => {
  const settings = {
    kind: 'text',
    unit: 'word',
    normalization: 'lower-case',
    embedding: 4,
    minCount: 2,
    longest: 3,
  } as const;
  const files = {
    'train.de': 'Ein Hund\nein Mann\nder Hund\nein viel zu langer Hund\n',
    'train.en': 'A dog\na man\nthe dog\na dog\n',
    'test.de': 'Hund Katze\n',
    'test.en': 'dog cat\n',
  };

  it('has a vocabulary for each side, by what is trained on alone', async () => {
    const corpus = await readPairCorpus(await folderOf('corpus', files), { ...options, settings });
    expect(corpus.vocabularies.source.words).toEqual(['ein', 'hund']);
    expect(corpus.vocabularies.target.words).toEqual(['a', 'dog']);
    expect(corpus.tooLong).toBe(1);
    expect(corpus.parts.train).toHaveLength(3);
    expect(corpus.parts.train[0]).toEqual({
      source: 'Ein Hund',
      target: 'A dog',
      sourceTokens: Int32Array.of(BEGIN, MARKERS, MARKERS + 1, END),
      targetTokens: Int32Array.of(BEGIN, MARKERS, MARKERS + 1, END),
    });
    expect(corpus.parts.test[0]!.sourceTokens).toEqual(Int32Array.of(BEGIN, MARKERS + 1, UNKNOWN, END));
  });

  it('takes the vocabularies of a trained model, and refuses what has none', async () => {
    const path = await folderOf('corpus', files);
    const words = { source: ['katze', 'hund'], target: ['cat', 'dog'] };
    const { parts } = await readPairCorpus(path, { ...options, settings, words });
    expect(parts.test[0]!.sourceTokens).toEqual(Int32Array.of(BEGIN, MARKERS + 1, MARKERS, END));
    const tested = await folderOf('tested', { 'test.de': 'Hund\n', 'test.en': 'dog\n' });
    expect((await readPairCorpus(tested, { ...options, settings, words })).parts.test).toHaveLength(1);
    await expect(readPairCorpus(tested, { ...options, settings })).rejects.toMatchObject({
      code: 'bad_dataset',
      problem: expect.stringContaining('no pairs to train on'),
    });
    await expect(
      readPairCorpus(path, { ...options, settings: { ...settings, minCount: 9 } }),
    ).rejects.toMatchObject({ code: 'bad_dataset', problem: expect.stringContaining('The sources') });
  });
});
