import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crossvalidate } from '../../src/workflows/crossvalidate.js';
import { writeStrokes, writeStrokesPipeline } from '../support/strokes.js';

let root: string;
let notes: string[];

const run = (more: { resume?: boolean; choose?: Record<string, string> } = {}) => {
  notes = [];
  return crossvalidate({
    pipeline: join(root, 'strokes.yaml'),
    data: join(root, 'data'),
    out: join(root, 'folds'),
    folds: 2,
    sizes: [2, 50, 1],
    onEvent: (event) => event.kind === 'note' && notes.push(event.message),
    ...more,
  });
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-sizes-'));
  await writeStrokes(join(root, 'data'), 8);
  await writeStrokesPipeline(root);
});
afterAll(() => rm(root, { recursive: true }));

describe('sizes', () => {
  it('say how accuracy grows with the examples of each class, and are kept', async () => {
    const { sizes, outOfFold } = await run();
    expect(sizes.map(({ perClass, trained }) => [perClass, trained])).toEqual([
      [1, 2],
      [2, 4],
      [null, 8],
    ]);
    expect(sizes.at(-1)).toMatchObject({ accuracy: outOfFold.accuracy, logLoss: outOfFold.logLoss });
    expect(notes).toContain('50 of a class: left out, since no class has that many in every training part');
    const metrics = JSON.parse(await readFile(join(root, 'folds/metrics.json'), 'utf8'));
    expect(metrics.sizes).toEqual(sizes);
    const report = await readFile(join(root, 'folds/report.html'), 'utf8');
    expect(report).toContain('How many examples it takes');
    const again = await run({ resume: true });
    expect(again.sizes).toEqual(sizes);
    expect(notes.filter((note) => note.includes('1 of a class'))).toEqual([]);
  });

  it('are of one pipeline', async () => {
    await expect(
      run({ resume: true, choose: { 'training.learningRate': '[0.1, 0.2]' } }),
    ).rejects.toMatchObject({ code: 'usage' });
  });
});
