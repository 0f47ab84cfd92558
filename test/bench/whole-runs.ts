import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveBundle } from '../../src/bundle/bundle.js';
import { initializeMobileNet } from '../../src/encoder/initialize-encoder.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { networksOf } from '../../src/network/networks.js';
import { parsePipeline } from '../../src/pipeline/pipeline-file.js';
import { concurrently } from '../../src/platform/concurrently.js';
import { projectFolder } from '../support/cli.js';
import { UNTRAINED } from '../support/untrained-manifest.js';
import { tell, tellHeading } from './figures.js';
import { exponentOf } from './growth.js';
import { type MeasuredRun, measureRun } from './measured-run.js';
import { writePictureClip } from './picture-clip.js';

const SIZES = (process.env.CLIPSTEP_BENCH_CLIPS ?? '100,1000,5000,20000').split(',').map(Number);

/** What is run on growing numbers of clips, each in a process of its own; docs/speed.md draws these headings. */
export const WHOLE_RUNS = [
  'batch',
  'leak search',
  'training on cached features',
  'cross-validation',
] as const;
type WholeRun = (typeof WHOLE_RUNS)[number];

/** Small ones, so that it is the clips' number that counts: 4 pictures of a clip, an encoder of 4 blocks at 32 pixels. */
const recipe = (weights: string) => `
name: scale
description: A small encoder and an LSTM, to see how the work grows with the clips.
input:
  kind: frames
  sampling: { kind: uniform, frames: 4 }
  preprocessing: { size: 32, fit: squash, kernel: linear }
  encoder: { architecture: mobilenet-v1, alpha: 0.25, blocks: 4, weights: ${weights} }
recurrent: { cell: lstm, units: 16, readout: last }
training: { train: recurrent, epochs: 2, batchSize: 32, learningRate: 0.001 }
split: { validation: 0.1, test: 0.1 }
`;

/**
 * Prints for each number of clips what a batch, the search for leaks, a training whose features are in the cache and a
 * cross-validation of two folds take: seconds, and the most memory of the process.
 */
export async function benchWholeRuns(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'clipstep-whole-'));
  try {
    const model = await saveModel(join(root, 'model'));
    const pipeline = join(root, 'scale.yaml');
    await writeFile(pipeline, recipe(model));
    const runs: Record<WholeRun, Sized[]> = {
      batch: [],
      'leak search': [],
      'training on cached features': [],
      'cross-validation': [],
    };
    for (const [turn, size] of SIZES.entries()) {
      const list = await writeClips(root, { from: SIZES[turn - 1] ?? 0, size });
      const measured = await measureAll({ root, size, list, model, pipeline });
      for (const name of WHOLE_RUNS) runs[name].push({ size, run: measured[name] });
    }
    for (const name of WHOLE_RUNS) tellGrowth(name, runs[name]);
  } finally {
    await rm(root, { recursive: true });
  }
}

interface Sized {
  readonly size: number;
  readonly run: MeasuredRun;
}

interface Setting {
  readonly root: string;
  readonly size: number;
  readonly list: string;
  readonly model: string;
  readonly pipeline: string;
}

async function measureAll({
  root,
  size,
  list,
  model,
  pipeline,
}: Setting): Promise<Record<WholeRun, MeasuredRun>> {
  const out = (name: string) => join(root, `${name}-${size}`);
  const env = { CLIPSTEP_CACHE: join(root, 'cache') };
  const run = (...args: string[]) => measured([join(projectFolder, 'dist/cli.js'), ...args], env);
  const search = ['--import', 'tsx', join(projectFolder, 'test/bench/search-leaks.ts'), list, out('prints')];
  const results = {
    batch: await run('batch', list, '--model', model, '--out', `${out('batch')}.jsonl`),
    'leak search': await measured(search, env),
  };
  // Fills the cache.
  await run('train', pipeline, '--data', list, '--out', out('first'));
  return {
    ...results,
    'training on cached features': await run('train', pipeline, '--data', list, '--out', out('train')),
    'cross-validation': await run(
      'crossvalidate',
      pipeline,
      '--data',
      list,
      '--folds',
      '2',
      '--out',
      out('folds'),
    ),
  };
}

async function measured(args: readonly string[], env: NodeJS.ProcessEnv): Promise<MeasuredRun> {
  const run = await measureRun(args, { env, cwd: projectFolder });
  if (run.code !== 0) throw new Error(`${args.join(' ')} ended with ${run.code}:\n${run.stderr}`);
  return run;
}

function tellGrowth(name: WholeRun, runs: readonly Sized[]): void {
  tellHeading(`  ${name}`);
  for (const { size, run } of runs) {
    const { seconds, processorSeconds, megabytes } = run;
    const figures = [
      `${seconds.toFixed(2).padStart(8)} s`,
      `processor ${processorSeconds.toFixed(2).padStart(8)} s`,
      `${Math.round(megabytes).toString().padStart(6)} MB`,
    ];
    const line = `  ${`${size}`.padStart(10)} clips  ${figures.join('  ')}`;
    tell(line, `${size} clips`, { size, seconds, processorSeconds, megabytes });
  }
  if (runs.length < 2) return;
  // Of the largest two, where starting no longer counts.
  const largest = runs.slice(-2);
  const exponent = exponentOf(
    largest.map(({ size }) => size),
    largest.map(({ run }) => run.processorSeconds),
  );
  tell(`  ${'exponent'.padStart(10)} ${exponent.toFixed(2)}`, 'exponent', { exponent });
}

/** Writes those clips that are not there yet, and a list of all. */
async function writeClips(root: string, { from, size }: { from: number; size: number }): Promise<string> {
  const clips = Array.from({ length: size - from }, (_, index) => from + index);
  await concurrently(clips, (index) => writePictureClip(join(root, 'clips', `${index}`), index));
  const list = join(root, `clips-${size}.csv`);
  await mkdir(root, { recursive: true });
  await writeFile(list, 'path,label,group\n');
  // A copy is in the group of its original.
  const rowOf = (index: number) =>
    `clips/${index},${index % 2 === 0 ? 'one' : 'other'},${Math.floor(index / 10)}\n`;
  await appendFile(list, Array.from({ length: size }, (_, index) => rowOf(index)).join(''));
  return list;
}

/** With weights at random, which take the time that others take. */
async function saveModel(folder: string): Promise<string> {
  const labels = ['one', 'other'];
  const pipeline = parsePipeline(recipe('hub'), 'scale.yaml');
  const { encoder, recurrent } = networksOf(pipeline, { classes: labels.length });
  await saveBundle(folder, {
    manifest: { pipeline, labels, ...UNTRAINED },
    members: [new Map([...initializeMobileNet(encoder!, 1), ...initializeRecurrent(recurrent, 1)])],
    files: {},
  });
  return folder;
}
