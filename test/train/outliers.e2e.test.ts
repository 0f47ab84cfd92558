import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { random } from '../../src/random.js';
import { OUTLIER_HEAD } from '../../src/tasks/classification/outlier-odds.js';
import { crossvalidate } from '../../src/workflows/crossvalidate.js';
import { evaluateBundle } from '../../src/workflows/evaluate-bundle.js';
import { type TrainOptions, train } from '../../src/workflows/train.js';
import { writeBlobClips } from '../support/blobs.js';
import { freshCache } from '../support/cache.js';
import { writeTinyTextPipeline, writeTinyTexts } from '../support/tiny-texts.js';

let root: string;
let pipeline: string;
let data: string;
let outliers: string;
let others: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-outliers-'));
  Object.assign(process.env, await freshCache(join(root, 'cache')));
  pipeline = await writeTinyTextPipeline(root);
  [data, outliers, others] = [join(root, 'texts'), join(root, 'outliers.txt'), join(root, 'others.txt')];
  await writeTinyTexts(data, 60);
  await writeWords(outliers, 1);
  await writeWords(others, 2);
  await writeFile(join(root, 'empty.txt'), '\n');
});
afterAll(() => rm(root, { recursive: true }));

/** Of syllables of both languages in turns: the names themselves are of one. */
async function writeWords(path: string, seed: number): Promise<void> {
  const stream = random(seed, 'words');
  const syllables = [
    ['ta', 'mi', 'ro', 'lu'],
    ['tak', 'bro', 'kur', 'dest'],
  ] as const;
  const word = () =>
    Array.from({ length: stream.integer(2, 5) }, (_, index) => stream.pick(syllables[index % 2]!)).join('');
  await writeFile(path, `${Array.from({ length: 60 }, word).join('\n')}\n`);
}

const out = (name: string) => join(root, name);

describe('a network that is trained on outliers', () => {
  it('has the classes alone for answers, and knows of the outliers how probable they are', async () => {
    const options = { pipeline, data, outliers, out: out('told') };
    const { examples, labels, pipeline: kept, history } = await train(options);
    expect(examples.outliers).toBe(60);
    expect(labels).toHaveLength(2);
    expect(kept.outliers).toBe('outliers.txt');
    expect(history.at(-1)!.validationAccuracy).toBeGreaterThan(0.9);
    const [weights] = (await loadBundle(out('told'))).members;
    const width = weights!.get('head.kernel')!.shape[0]!;
    expect(weights!.get('head.kernel')!.shape).toEqual([width, 2]);
    expect(weights!.get('head.bias')!.shape).toEqual([2]);
    expect(weights!.get(OUTLIER_HEAD)!.shape).toEqual([width + 1, 3]);
    expect(await readFile(join(out('told'), 'README.md'), 'utf8')).toMatch(
      /beside outliers, .*: 60 of outliers\.txt, at most half as many in an epoch as there are texts/,
    );
  });

  it('tells others like them better than one that is not, and loses no more of its own', async () => {
    await train({ pipeline, data, out: out('untold') });
    const figuresOf = async (name: string) => {
      const { outliers: figures, unlike } = await evaluateBundle(await loadBundle(out(name)), {
        data,
        outliers: others,
      });
      return { ...figures!, unlike: unlike! };
    };
    const [told, untold] = [await figuresOf('told'), await figuresOf('untold')];
    expect(told.auroc).toBeGreaterThan(untold.auroc);
    expect(told.auroc).toBeGreaterThan(0.9);
    expect(told.unlike).toBeLessThan(0.25);
  });

  it('keeps what it knows of them when it is described anew, and when it is trained further', async () => {
    await cp(out('told'), out('again'), { recursive: true });
    await evaluateBundle(await loadBundle(out('again')), { data, describe: true });
    const [before, after] = await Promise.all(['told', 'again'].map((name) => loadBundle(out(name))));
    expect(after!.members[0]!.get(OUTLIER_HEAD)).toEqual(before!.members[0]!.get(OUTLIER_HEAD));
    const { examples } = await train({ from: out('told'), data, outliers, out: out('further') });
    expect(examples.outliers).toBe(60);
    const plain = await train({ from: out('told'), data, out: out('plain') });
    expect(plain.examples.outliers).toBe(0);
    const [weights] = (await loadBundle(out('plain'))).members;
    expect(weights!.has(OUTLIER_HEAD)).toBe(false);
  });

  it('has a limit like others where no validation part tells how sure it is of what it has not seen', async () => {
    const folded = out('unvalidated');
    const set = { 'split.validation': '0' };
    await crossvalidate({ pipeline, data, outliers, set, out: folded, folds: 2, ensemble: true });
    const { manifest } = await loadBundle(join(folded, 'ensemble'));
    expect(manifest.maxDistance).toBeGreaterThan(0.5);
    expect(manifest.maxDistance).toBeLessThan(2);
    const remarks: string[] = [];
    const onEvent: TrainOptions['onEvent'] = (event) =>
      event.kind === 'remark' && remarks.push(event.message);
    await train({ pipeline, data, outliers, set, out: out('alone'), onEvent });
    expect(remarks.join()).toMatch(/no validation part .* will call nothing unlike, outliers neither/);
  });

  it('is one of each fold, too', async () => {
    const folded = out('folds');
    await crossvalidate({ pipeline, data, outliers, out: folded, folds: 2, ensemble: true });
    const { members, manifest } = await loadBundle(join(folded, 'ensemble'));
    expect(members.map((weights) => weights.has(OUTLIER_HEAD))).toEqual([true, true]);
    expect(manifest.maxDistance).toBeGreaterThan(0);
  });

  it('may be trained end to end, and in stages', async () => {
    const clips = join(root, 'clips');
    await writeBlobClips(join(clips, 'data'), 8);
    await writeBlobClips(join(clips, 'strange'), 3);
    await writeFile(join(clips, 'staged.yaml'), STAGED);
    const options = {
      pipeline: join(clips, 'staged.yaml'),
      data: join(clips, 'data'),
      out: join(clips, 'out'),
    };
    const { examples, history } = await train(options);
    expect(examples.outliers).toBe(6);
    expect(history.map(({ stage }) => stage)).toEqual([0, 0, 1]);
    const [weights] = (await loadBundle(options.out)).members;
    expect(weights!.get('head.bias')!.shape).toEqual([2]);
    expect(weights!.get(OUTLIER_HEAD)!.shape).toEqual([9, 3]);
    const twice = train({ ...options, outliers: join(clips, 'data', 'still'), out: join(clips, 'twice') });
    await expect(twice).rejects.toThrow(
      /The dataset has 8 outliers of .*still in a class, such as .*Outliers are of no class/,
    );
  });

  it('is not resumed with others', async () => {
    const interrupted = new AbortController();
    const options = { pipeline, data, out: out('torn') };
    const torn = train({
      ...options,
      outliers,
      signal: interrupted.signal,
      onEvent: ({ kind }) => kind === 'epoch' && interrupted.abort(),
    });
    await expect(torn).rejects.toThrow(/Interrupted/);
    const resumed = train({ ...options, outliers: others, resume: true });
    await expect(resumed).rejects.toThrow(/60 outliers .*60 outliers/s);
  });
});

describe('what cannot be outliers', () => {
  it('is refused where the dataset has it in a class', async () => {
    const own = join(data, 'Brakk.txt');
    const twice = train({ pipeline, data, outliers: own, out: out('none') });
    await expect(twice).rejects.toThrow(/The dataset has 60 outliers of .*Brakk\.txt in a class/);
  });

  it('is left out, and said, where a manifest names it and it is not there, or an address', async () => {
    const clips = join(root, 'listed');
    await writeBlobClips(join(clips, 'data'), 8);
    await writeBlobClips(join(clips, 'strange'), 1);
    const list = join(clips, 'list.csv');
    await writeFile(list, 'path\nstrange/still/clip0\ngone.mp4\nhttp://127.0.0.1:9/x.mp4\n');
    await writeFile(join(clips, 'staged.yaml'), STAGED);
    const options = { pipeline: join(clips, 'staged.yaml'), data: join(clips, 'data'), outliers: list };
    const { examples, skipped } = await train({ ...options, out: join(clips, 'out') });
    expect(examples.outliers).toBe(1);
    expect(skipped.map(({ problem }) => problem)).toEqual([
      expect.stringMatching(/not there/),
      expect.stringMatching(/is an address/),
    ]);
    await writeFile(list, 'path\ngone.mp4\n');
    const none = train({ ...options, out: join(clips, 'none') });
    await expect(none).rejects.toThrow(/list\.csv has no outliers that can be read/);
  });

  it.each([
    ['nothing.txt', /nothing\.txt/],
    ['.', /Of the outliers: .*it is not a file .*Give the path of a file with a text a line/s],
    ['empty.txt', /empty\.txt has no outliers that can be read/],
  ])('is refused: %s', async (name, message) => {
    await expect(train({ pipeline, data, outliers: out(name), out: out('none') })).rejects.toThrow(message);
  });
});

const STAGED = `
name: staged
outliers: strange
input:
  kind: frames
  sampling: { kind: uniform, frames: 4 }
  preprocessing: { size: 32, fit: squash, kernel: linear }
  encoder: { architecture: mobilenet-v1, alpha: 0.1, weights: scratch }
recurrent: { cell: lstm, units: 8 }
training: { train: everything, epochs: 2, batchSize: 6, learningRate: 0.01 }
finetune: [{ fromBlock: 11, epochs: 1, batchSize: 6, learningRate: 0.001 }]
split: { validation: 0.25, test: 0.25 }
`;
