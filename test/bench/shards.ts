import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../support/cli.js';
import { nameOf, writeLines } from '../support/large-lists.js';
import { tell, tellHeading } from './figures.js';
import { type MeasuredRun, measureRun } from './measured-run.js';

const ROWS = 1_000_000;
const SHARD = '1/90000';
const ROUNDS = 3;

/**
 * What a shard of some clips of a list of a million takes, beginning and going on, beside an earlier build where
 * CLIPSTEP_OLD names its folder. The clips are not there: only the list is read.
 */
export async function benchShards(): Promise<void> {
  tellHeading(`  batch clips.csv --shard ${SHARD}, of ${ROWS} rows; the fastest of ${ROUNDS}`);
  const root = await mkdtemp(join(tmpdir(), 'clipstep-shards-'));
  try {
    const list = join(root, 'clips.csv');
    await writeLines(list, ROWS + 1, (index) => (index === 0 ? 'path,label' : `${nameOf(index - 1)},up`));
    const builds = [
      { name: 'now', folder: projectFolder },
      ...(process.env.CLIPSTEP_OLD ? [{ name: 'old', folder: process.env.CLIPSTEP_OLD }] : []),
    ];
    const runs = new Map<string, MeasuredRun[]>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, folder } of builds) {
        const out = join(root, `${name}-${round}.jsonl`);
        const args = [join(folder, 'dist/cli.js'), 'batch', list, '--shard', SHARD, '--out', out];
        for (const turn of ['begun', 'again']) {
          const key = `${name}, ${turn}`;
          runs.set(key, [...(runs.get(key) ?? []), await measureRun(args)]);
        }
      }
    }
    for (const [key, measured] of runs) tellRuns(key, measured);
  } finally {
    await rm(root, { recursive: true });
  }
}

function tellRuns(key: string, runs: readonly MeasuredRun[]): void {
  const least = (value: (run: MeasuredRun) => number) => Math.min(...runs.map(value));
  const [, clips = '?'] = /: (\d+) clips?/.exec(runs[0]!.stdout) ?? [];
  const [seconds, megabytes] = [least((run) => run.seconds), least((run) => run.megabytes)];
  const processorSeconds = least((run) => run.processorSeconds);
  const figures = [
    `${seconds.toFixed(2)} s`,
    `processor ${processorSeconds.toFixed(2)} s`,
    `${Math.round(megabytes)} MB`,
  ].map((figure) => figure.padStart(18));
  tell(`  ${key.padEnd(12)} ${figures.join('')}  ${clips} clips`, key, {
    seconds,
    processorSeconds,
    megabytes,
  });
}
