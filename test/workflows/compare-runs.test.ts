import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predictionsCsv } from '../../src/tasks/classification/predictions.js';
import { compareRuns } from '../../src/workflows/compare-runs.js';

const LABELS = ['=left', 'right'];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-compare-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Line {
  readonly id: string;
  readonly label?: number;
  readonly repeat?: number;
  /** Of the second class. */
  readonly probability: number;
}

async function run(name: string, lines: readonly Line[], labels = LABELS): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  const predictions = lines.map(({ id, label = 1, probability }) => ({
    example: { id, group: id[0]!, label },
    probabilities: [1 - probability, probability],
    classifiers: { network: Number(probability > 0.5) },
  }));
  const limits = () => ({ minProbability: 0 });
  const extra = (index: number) => ({ repeat: lines[index]!.repeat ?? 1 });
  await writeFile(join(path, 'predictions.csv'), predictionsCsv(predictions, { labels, limits, extra }));
  return path;
}

describe('compareRuns', () => {
  it('compares what both say of the same examples, repeat by repeat, in whatever order', async () => {
    const one = await run('one', [
      { id: 'a1', repeat: 1, probability: 0.2 },
      { id: 'a1', repeat: 2, probability: 0.8 },
      { id: 'b1', repeat: 1, probability: 0.9 },
      { id: 'c1', repeat: 1, probability: 0.9 },
    ]);
    const other = await run('other', [
      { id: 'b1', repeat: 1, probability: 0.6 },
      { id: 'a1', repeat: 2, probability: 0.3 },
      { id: 'a1', repeat: 1, probability: 0.4 },
    ]);
    const result = await compareRuns(one, join(other, 'predictions.csv'));
    expect(result).toMatchObject({ answers: 3, examples: 2, groups: 2, leftOut: { one: 1, other: 0 } });
    expect(result.accuracy.one).toBeCloseTo(2 / 3, 12);
    expect(result.accuracy.other).toBeCloseTo(1 / 3, 12);
    const loss = (...probabilities: number[]) =>
      -probabilities.reduce((sum, value) => sum + Math.log(value), 0) / probabilities.length;
    expect(result.logLoss.one).toBeCloseTo(loss(0.2, 0.8, 0.9), 12);
    expect(result.logLoss.other).toBeCloseTo(loss(0.4, 0.3, 0.6), 12);
  });

  it('refuses what cannot be compared, naming both', async () => {
    const known = await run('known', [{ id: 'a1', probability: 0.2 }]);
    const relabelled = await run('relabelled', [{ id: 'a1', label: 0, probability: 0.2 }]);
    const others = await run('others', [{ id: 'b1', probability: 0.2 }]);
    const classes = await run('classes', [{ id: 'a1', probability: 0.2 }], ['up', 'down']);
    await expect(compareRuns(known, relabelled)).rejects.toThrow(
      /a1 has one label in .*known and another in/,
    );
    await expect(compareRuns(known, others)).rejects.toThrow(/no answer about the same example/);
    await expect(compareRuns(known, classes)).rejects.toThrow(
      /has the classes =left, right; .* has up, down/,
    );
    await expect(compareRuns(known, join(folder, 'none'))).rejects.toMatchObject({ code: 'not_found' });
    await writeFile(join(folder, 'notes.txt'), 'no predictions\n');
    await expect(compareRuns(known, join(folder, 'notes.txt'))).rejects.toMatchObject({ code: 'unreadable' });
  });
});
