import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CorpusOptions, readCorpus } from '../../../src/inputs/text/corpus.js';
import { END, UNKNOWN } from '../../../src/inputs/text/vocabulary.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-corpus-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (name: string, text: string | Uint8Array) => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};

const options = (unit: 'character' | 'word', minCount = 1): CorpusOptions => ({
  settings: { unit, normalization: 'none', minCount },
  split: { validation: 0.2, test: 0.2 },
  encoding: 'utf-8',
});

describe('a running text', () => {
  it('is cut in order, and no character of it is lost', async () => {
    const text = 'aé👨‍👩‍👧\nb cd\ne'.repeat(20);
    const path = await write('text.txt', text);
    const { parts, vocabulary } = await readCorpus(path, options('character'));
    const stream = [...parts.train.stream, ...parts.validation.stream, ...parts.test.stream];
    expect(stream.map((token) => vocabulary.tokenOf(token)).join('')).toBe(text);
    expect(parts.test).toMatchObject({ characters: parts.test.stream.length });
    expect(parts.test.stream.length / stream.length).toBeCloseTo(0.2, 1);
  });

  it('is the same however much of it is cut at once', async () => {
    const line = 'The same line, ü, again.\n';
    const path = await write('long.txt', line.repeat(30_000));
    const { parts, vocabulary } = await readCorpus(path, options('character'));
    const tokens = Array.from(parts.train.stream, (token) => vocabulary.tokenOf(token));
    expect(tokens.join('')).toBe(line.repeat(30_000).slice(0, tokens.length));
  });

  it('has the end of a line as a token of its own where units are words', async () => {
    const path = await write('text.txt', 'one two\n\none');
    const { parts, vocabulary } = await readCorpus(path, {
      ...options('word'),
      split: { validation: 0, test: 0 },
    });
    const one = vocabulary.numberOf('one');
    expect([...parts.train.stream]).toEqual([one, vocabulary.numberOf('two'), END, END, one]);
    expect(parts.train.characters).toBe(12);
  });

  it('has its words from the training part alone', async () => {
    await write('x.train.txt', 'a a b');
    await write('x.valid.txt', 'a c');
    await write('x.test.txt', 'b d');
    const { parts, vocabulary } = await readCorpus(folder, options('word', 2));
    expect(vocabulary.words).toEqual(['a']);
    expect([...parts.train.stream.slice(-1), ...parts.validation.stream.slice(-1)]).toEqual([
      UNKNOWN,
      UNKNOWN,
    ]);
    expect([...parts.test.stream]).toEqual([UNKNOWN, UNKNOWN]);
  });

  it('that is not UTF-8, empty, or not there is refused by name', async () => {
    const latin = await write('latin.txt', Uint8Array.of(0x61, 0xe9, 0x62));
    await expect(readCorpus(latin, options('word'))).rejects.toMatchObject({
      code: 'bad_dataset',
      problem: expect.stringContaining('latin.txt is not utf-8'),
    });
    const empty = await write('empty.txt', '');
    await expect(readCorpus(empty, options('word'))).rejects.toMatchObject({ code: 'bad_dataset' });
    await expect(readCorpus(join(folder, 'none'), options('word'))).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('in a folder that does not say what to train on is refused', async () => {
    await write('one.txt', 'a');
    await write('two.txt', 'b');
    await expect(readCorpus(folder, options('word'))).rejects.toMatchObject({ code: 'bad_dataset' });
    await write('train-1.txt', 'a');
    await write('train-2.txt', 'b');
    await expect(readCorpus(folder, options('word'))).rejects.toMatchObject({
      problem: expect.stringContaining('train-1.txt, train-2.txt'),
    });
  });
});
