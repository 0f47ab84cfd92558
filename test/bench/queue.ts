import { link, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../support/cli.js';
import { writeNumberedClip } from '../support/numbered-clip.js';
import { startRedis } from '../support/redis.js';
import { tell } from './figures.js';
import { type MeasuredRun, measureRun } from './measured-run.js';

const CLIPS = 240;
const ROUNDS = 3;

/** A plain batch, and one or two workers on a queue, all with as many clips at once as a batch has. */
export async function benchQueue(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'clipstep-queue-'));
  const redis = await startRedis();
  try {
    const clips = await writeClips(root);
    const contenders: Array<[name: string, run: (round: number) => Promise<MeasuredRun[]>]> = [
      ['batch', async (round) => [await clipstep('batch', clips, '--out', join(root, `${round}.jsonl`))]],
      ...[1, 2].map((workers): [string, (round: number) => Promise<MeasuredRun[]>] => [
        workers === 1 ? '1 worker' : `${workers} workers`,
        (round) => work({ root, clips, address: redis.address, workers, round }),
      ]),
    ];
    const runs = new Map<string, MeasuredRun[][]>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, run] of contenders) runs.set(name, [...(runs.get(name) ?? []), await run(round)]);
    }
    print(runs);
  } finally {
    await redis.release();
    await rm(root, { recursive: true });
  }
}

async function work(job: { root: string; clips: string; address: string; workers: number; round: number }) {
  const { root, clips, address, workers, round } = job;
  const name = `${workers}-${round}`;
  const queue = ['--queue', address, '--name', name];
  await clipstep('enqueue', clips, ...queue);
  const jobs = Math.max(1, Math.round((availableParallelism() + 1) / workers));
  const args = [...queue, '--out', join(root, name), '--jobs', String(jobs)];
  return Promise.all(Array.from({ length: workers }, () => clipstep('work', ...args)));
}

async function clipstep(...args: string[]): Promise<MeasuredRun> {
  const run = await measureRun([join(projectFolder, 'dist/cli.js'), ...args]);
  if (run.code !== 0) throw new Error(`clipstep ${args.join(' ')} ended with ${run.code}`);
  return run;
}

async function writeClips(root: string): Promise<string> {
  const folder = join(root, 'clips');
  await mkdir(folder);
  const first = join(root, 'clip.mp4');
  await writeNumberedClip(first, { frames: 60, framesPerSecond: 30, encoder: ['-crf', '23'] });
  for (let index = 0; index < CLIPS; index++) await link(first, join(folder, `${index}.mp4`));
  return folder;
}

/** Wall time is that of the slowest worker, the processor's of all together; the fastest round counts. */
function print(runs: ReadonlyMap<string, readonly MeasuredRun[][]>): void {
  const figures = [...runs].map(([name, rounds]) => ({
    name,
    seconds: Math.min(...rounds.map((round) => Math.max(...round.map(({ seconds }) => seconds)))),
    processor: Math.min(
      ...rounds.map((round) => round.reduce((sum, { processorSeconds }) => sum + processorSeconds, 0)),
    ),
  }));
  const [plain] = figures;
  for (const { name, seconds, processor } of figures) {
    const ratios = [seconds / plain!.seconds, processor / plain!.processor].map((ratio) => ratio.toFixed(3));
    tell(
      `  ${name.padEnd(10)} ${seconds.toFixed(2).padStart(7)} s (${ratios[0]})  processor ${processor.toFixed(2).padStart(7)} s (${ratios[1]})  ${(CLIPS / seconds).toFixed(1)} clips a second`,
      name,
      { seconds, processorSeconds: processor, ratio: seconds / plain!.seconds },
    );
  }
}
