import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { classify, crossvalidate, evaluateBundle, type Outcome } from '../../src/index.js';
import { writeTinyTextPipeline } from '../support/tiny-texts.js';

/** Training texts of two made-up languages, each of them twice, and a test part with one of them again. */
const SYLLABLES = { Aitani: ['ta', 'mi', 'ro', 'lu'], Brakk: ['tak', 'bro', 'kur', 'dest'] };
const LEAKED = 'tami';

let root: string;
let data: string;
let result: Awaited<ReturnType<typeof crossvalidate>>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-folds-of-texts-'));
  data = join(root, 'texts.tsv');
  const rows = ['label\ttext\tsplit'];
  for (const [label, own] of Object.entries(SYLLABLES)) {
    for (const [index, first] of own.entries()) {
      for (const second of own) {
        // A second time with the other class: what is written twice is not always meant twice.
        const other = label === 'Aitani' ? 'Brakk' : 'Aitani';
        rows.push(`${label}\t${first}${second}\ttrain`);
        if (index === 0) rows.push(`${other}\t${first}${second}\ttrain`);
        rows.push(`${label}\t${first}${second}${first}\ttest`);
      }
    }
  }
  rows.push(`Aitani\t${LEAKED}\ttest`);
  await writeFile(data, `${rows.join('\n')}\n`);
  const pipeline = await writeTinyTextPipeline(root);
  const set = { 'training.epochs': '4', split: '{ validation: 0 }' };
  result = await crossvalidate({ pipeline, data, set, folds: 4, out: join(root, 'folds'), ensemble: true });
}, 120_000);
afterAll(() => rm(root, { recursive: true }));

describe('a cross-validation of texts', () => {
  it('keeps repeated texts in one fold, whatever their classes', async () => {
    const predictions = await readFile(join(root, 'folds', 'predictions.csv'), 'utf8');
    const foldsOf = new Map<string, Set<string>>();
    const [head, ...lines] = predictions.trim().split('\n');
    const columns = head!.split(',');
    for (const line of lines) {
      const cells = line.split(',');
      const text = cells[columns.indexOf('id')]!.split(' ').at(-1)!;
      const fold = cells[columns.indexOf('fold')]!;
      foldsOf.set(text, (foldsOf.get(text) ?? new Set()).add(fold));
    }
    expect(lines).toHaveLength(2 * 16 + 2 * 4);
    expect([...foldsOf.values()].every(({ size }) => size === 1)).toBe(true);
    // Each of the texts that stand under two classes is told of, and is on one side of every fold.
    expect(result.leaks).toHaveLength(8);
    expect(result.leaks.every(({ kind, parts: [one, other] }) => kind === 'labels' && one === other)).toBe(
      true,
    );
  });

  it('makes an ensemble whose answer is the mean of the folds at their common temperature', async () => {
    const text = 'kurtamidest';
    const ofFolds = await Promise.all(
      [1, 2, 3, 4].map((fold) => probabilityOf(join(root, 'folds', 'repeat-1', `fold-${fold}`), text)),
    );
    expect(result.temperature).not.toBe(1);
    const tempered = ofFolds.map((probability) => {
      const [own, other] = [probability, 1 - probability].map((each) => each ** (1 / result.temperature));
      return own! / (own! + other!);
    });
    const mean = tempered.reduce((sum, probability) => sum + probability, 0) / 4;
    expect(await probabilityOf(result.ensemble!, text)).toBeCloseTo(mean, 5);
  });
});

async function probabilityOf(model: string, text: string): Promise<number> {
  const outcomes: Outcome[] = [];
  for await (const outcome of classify(model, [{ text }], { maxDistance: Number.POSITIVE_INFINITY }))
    outcomes.push(outcome);
  const [outcome] = outcomes;
  if (outcome?.kind !== 'class') throw new Error(`${model} does not classify ${text}`);
  return outcome.top.find(({ label }) => label === 'Brakk')!.probability;
}

describe('the evaluation of its ensemble', () => {
  it('names what is in training and test letter for letter, beside n-grams', async () => {
    const { leaks, baselines, evaluation, leftOut } = await evaluateBundle(
      await loadBundle(result.ensemble!),
      { data },
    );
    const copies = leaks.filter(({ kind }) => kind !== 'labels');
    expect(copies).toHaveLength(1);
    expect(leaks).toHaveLength(9);
    expect(copies[0]).toMatchObject({ kind: 'content', parts: ['train', 'test'] });
    expect(copies[0]!.ids.every((id) => id.endsWith(LEAKED))).toBe(true);
    expect(baselines.classifiers.map(({ name }) => name)).toContain('ngrams');
    expect([evaluation.examples, leftOut]).toEqual([33, 0]);
  });

  it('says which of all examples trained it, and that others did not', async () => {
    const bundle = await loadBundle(result.ensemble!);
    const whole = await evaluateBundle(bundle, { data, split: 'all' });
    expect([whole.evaluation.examples, whole.trainedOn, whole.hasTest]).toEqual([73, 40, true]);
    expect((await evaluateBundle(bundle, { data })).trainedOn).toBe(0);
  });

  it('leaves these out where that is asked', async () => {
    const bundle = await loadBundle(result.ensemble!);
    const { leaks, evaluation, leftOut } = await evaluateBundle(bundle, { data, withoutLeaks: true });
    const copies = leaks.filter(({ kind }) => kind !== 'labels');
    expect([copies.length, leaks.length, evaluation.examples, leftOut]).toEqual([1, 9, 32, 1]);
    await expect(evaluateBundle(bundle, { data, split: 'all', withoutLeaks: true })).rejects.toMatchObject({
      code: 'usage',
    });
  });
});
