import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { freshCache } from '../support/cache.js';
import { clipstep, projectFolder } from '../support/cli.js';
import { writeTinyDataset, writeTinyPipeline } from '../support/tiny-dataset.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-pipes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SAMPLES = 'datasets/motion/samples/approach';
const at = (name: string) => join(folder, name);
const pipe = (name: string): string => {
  execFileSync('mkfifo', [at(name)]);
  return at(name);
};

/** Nobody writes into these pipes: opening one would wait forever. */
describe.skipIf(process.platform === 'win32')('a pipe is refused without being opened', () => {
  test.each([
    ['texts to classify', () => ['classify', pipe('texts.txt'), '--model', 'names'], 1],
    ['a table to train on', () => ['train', 'names', '--data', pipe('table.tsv'), '--out', at('trained')], 1],
    [
      'a prompt',
      () => ['generate', '--model', 'shakespeare', '-n', '5', '--prompt-file', pipe('prompt.txt')],
      1,
    ],
    [
      'a text to compare with',
      () => ['generate', '--model', 'shakespeare', '-n', '5', '--compare-with', pipe('whole.txt')],
      1,
    ],
    ['results to merge', () => ['merge', pipe('part.jsonl'), '--out', at('merged.jsonl')], 1],
    ['results in Parquet', () => ['merge', pipe('part.parquet'), '--out', at('merged.jsonl')], 1],
    [
      "a model's card",
      () => {
        const model = at('model');
        cpSync(join(projectFolder, 'models/motion'), model, { recursive: true });
        rmSync(join(model, 'README.md'));
        pipe('model/README.md');
        return ['export', model, '--out', at('model.onnx')];
      },
      1,
    ],
  ] as const)('%s', async (_, args, expected) => {
    const { code, stdout, stderr } = await clipstep(args());
    expect(stdout + stderr).toMatch(/it is not a file but a folder, a pipe, a socket or a device/);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(code).toBe(expected);
  });

  test.each([
    [
      'a report',
      'report.html',
      (path: string) => ['batch', SAMPLES, '--out', at('of-report.jsonl'), '--report', path],
    ],
    ['results of a batch', 'rows.jsonl', (path: string) => ['batch', SAMPLES, '--out', path]],
    ['an exported model', 'model.onnx', (path: string) => ['export', 'models/motion', '--out', path]],
  ] as const)('and is not replaced by %s', async (_, name, args) => {
    const path = pipe(`written-${name}`);
    const { code, stderr } = await clipstep(args(path));
    expect(stderr).toMatch(/cannot be written: it is not a file but a folder, a pipe, a socket or a device/);
    expect(code).toBe(1);
    expect(statSync(path).isFIFO()).toBe(true);
    // Before any work.
    expect(existsSync(at('of-report.jsonl'))).toBe(false);
  });

  test('what a training keeps of itself', async () => {
    const data = at('clips of a training');
    await writeTinyDataset(data, 4);
    const env = await freshCache(at('cache of a training'));
    const pipeline = await writeTinyPipeline(at('recipe of a training'));
    const train = ['train', pipeline, '--data', data, '--out', at('goes on'), '--resume'];
    pipe('goes on.checkpoint');
    const { code, stderr } = await clipstep(train, { env });
    expect(stderr).toMatch(/goes on\.checkpoint cannot be read: it is not a file but/);
    expect(code).toBe(1);

    const folds = ['crossvalidate', pipeline, '--data', data, '--out', at('folds'), '--folds', '2'];
    await clipstep(folds, { env });
    rmSync(at('folds/repeat-1/fold-2/metrics.json'));
    pipe('folds/repeat-1/fold-2/metrics.json');
    const again = await clipstep([...folds, '--resume'], { env });
    expect(again.stderr).toMatch(/fold-2.metrics\.json cannot be read: it is not a file but/);
    expect(again.code).toBe(2);
  });

  test.each([
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['a device', (path: string) => symlinkSync('/dev/zero', path)],
  ])('%s among the clips to train on is left out', async (name, put) => {
    const data = at(`clips with ${name}`);
    await writeTinyDataset(data, 4);
    put(join(data, 'up', 'clip9.mp4'));
    const env = await freshCache(at(`cache for ${name}`));
    const pipeline = await writeTinyPipeline(at(`recipe for ${name}`));
    const { code, stderr } = await clipstep(
      ['train', pipeline, '--data', data, '--out', at(`trained with ${name}`)],
      { env },
    );
    expect(stderr).toMatch(/clip9\.mp4 is a device, a pipe or a socket, not a file/);
    expect(code).toBe(0);
  });
});
