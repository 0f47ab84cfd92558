import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../support/cli.js';
import { type BenchModels, saveBenchModels } from './clip-models.js';
import { fightClips } from './fight-clips.js';
import { tell, tellHeading } from './figures.js';
import { median } from './measure.js';
import { measureRun } from './measured-run.js';
import { packagedFfmpeg } from './packaged-ffmpeg.js';

const ROUNDS = 3;
const CLI = join(projectFolder, 'dist', 'cli.js');

/**
 * `clipstep batch` on the dataset's clips, and where the processor's time goes: to ffmpeg, to the threads of the network, and
 * to all else, which is Node.js. On Linux, which tells what programs and threads took.
 */
export async function benchBatchParts(): Promise<void> {
  const found = await fightClips();
  if (!found) return;
  const root = await mkdtemp(join(tmpdir(), 'clipstep-bench-parts-'));
  try {
    const models = await saveBenchModels(root);
    for (const kind of ['float32', 'int8'] as const)
      await tellParts(kind, { models, root, source: found.source });
  } finally {
    await rm(root, { recursive: true });
  }
}

async function tellParts(
  kind: keyof BenchModels,
  { models, root, source }: { models: BenchModels; root: string; source: string },
): Promise<void> {
  tellHeading(kind);
  const rounds: Parts[] = [];
  const model = models[kind];
  const env = { CLIPSTEP_FFMPEG: await packagedFfmpeg() };
  for (let round = 0; round < ROUNDS; round++) {
    const out = join(root, `${kind}-${round}.jsonl`);
    const run = await measureRun([CLI, 'batch', source, '--model', model, '--out', out], { env });
    if (run.code !== 0) throw new Error(`The batch failed:\n${run.stderr}`);
    if (run.programSeconds === null || run.endedThreadSeconds === null) {
      console.log('Left out: this system does not tell what programs took');
      return;
    }
    const ffmpeg = run.programSeconds - run.scriptSeconds;
    const whole = run.processorSeconds + run.programSeconds;
    // The threads of the network are the ones that end before the process does.
    const network = run.endedThreadSeconds;
    rounds.push({ whole, ffmpeg, network, node: whole - ffmpeg - network });
  }
  for (const name of ['whole', 'ffmpeg', 'network', 'node'] as const) {
    const seconds = median(rounds.map((parts) => parts[name]));
    const share = median(rounds.map((parts) => parts[name] / parts.whole));
    const line = `  ${NAMES[name].padEnd(28)} ${seconds.toFixed(1)} s of the processor, ${(100 * share).toFixed(1)} %`;
    tell(line, NAMES[name], { processorSeconds: seconds, share });
  }
}

const NAMES = {
  whole: 'the whole batch',
  ffmpeg: 'ffmpeg',
  network: 'the threads of the network',
  node: 'all else, which is Node.js',
};

type Parts = Record<keyof typeof NAMES, number>;
