import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadBundle } from '../../src/bundle/bundle.js';
import { createOnnxEngine } from '../../src/engine/onnx/onnx-engine.js';
import { FRAMES_PER_RUN } from '../../src/predict/encode-run.js';
import { random } from '../../src/random.js';
import { projectFolder } from '../support/cli.js';
import { type BenchModels, saveBenchModels } from './clip-models.js';
import { FIGHT_FRAMES, fightClips } from './fight-clips.js';
import { tell, tellHeading } from './figures.js';
import { median } from './measure.js';
import { measureRun } from './measured-run.js';

const ROUNDS = 3;
const CLI = join(projectFolder, 'dist', 'cli.js');

/**
 * `clipstep batch` on the dataset's clips, and where the processor's time goes: to ffmpeg, to the encoder, which is timed by
 * itself on as many frames, and to all else, which is Node.js. On Linux, which tells what ffmpeg took.
 */
export async function benchBatchParts(): Promise<void> {
  const found = await fightClips();
  if (!found) return;
  const root = await mkdtemp(join(tmpdir(), 'clipstep-bench-parts-'));
  try {
    const models = await saveBenchModels(root);
    for (const kind of ['float32', 'int8'] as const) await tellParts(kind, { models, root, ...found });
  } finally {
    await rm(root, { recursive: true });
  }
}

async function tellParts(
  kind: keyof BenchModels,
  { models, root, source, clips }: { models: BenchModels; root: string; source: string; clips: number },
): Promise<void> {
  tellHeading(kind);
  const rounds: Parts[] = [];
  const model = models[kind];
  for (let round = 0; round < ROUNDS; round++) {
    const out = join(root, `${kind}-${round}.jsonl`);
    const run = await measureRun([CLI, 'batch', source, '--model', model, '--out', out]);
    if (run.code !== 0) throw new Error(`The batch failed:\n${run.stderr}`);
    if (run.programSeconds === null) {
      console.log('Left out: this system does not tell what programs took');
      return;
    }
    const frames = clips * FIGHT_FRAMES;
    const encoder = frames * (await secondsAFrame(model));
    const ffmpeg = run.programSeconds - run.scriptSeconds;
    const whole = run.processorSeconds + run.programSeconds;
    rounds.push({ whole, ffmpeg, encoder, node: whole - ffmpeg - encoder });
  }
  for (const name of ['whole', 'ffmpeg', 'encoder', 'node'] as const) {
    const seconds = median(rounds.map((parts) => parts[name]));
    const share = median(rounds.map((parts) => parts[name] / parts.whole));
    const line = `  ${NAMES[name].padEnd(28)} ${seconds.toFixed(1)} s of the processor, ${(100 * share).toFixed(1)} %`;
    tell(line, NAMES[name], { processorSeconds: seconds, share });
  }
}

const NAMES = {
  whole: 'the whole batch',
  ffmpeg: 'ffmpeg',
  encoder: 'the encoder, by itself',
  node: 'all else, which is Node.js',
};

type Parts = Record<keyof typeof NAMES, number>;

/** Seconds of the processor that a frame takes, in one thread and in runs as a batch has them. */
async function secondsAFrame(model: string): Promise<number> {
  const { networks, members } = await loadBundle(model);
  const network = networks.encoder!;
  const encoder = await (await createOnnxEngine({ threads: 1 })).loadEncoder(network, members[0]!);
  const stream = random(1, 'bench');
  const bytes = FRAMES_PER_RUN * network.inputSize ** 2 * 3;
  const frames = Uint8Array.from({ length: bytes }, () => stream.integer(0, 256));
  for (let run = 0; run < 5; run++) await encoder.encode(frames);
  const before = process.cpuUsage();
  const runs = 50;
  for (let run = 0; run < runs; run++) await encoder.encode(frames);
  const { user, system } = process.cpuUsage(before);
  await encoder.release();
  return (user + system) / 1e6 / runs / FRAMES_PER_RUN;
}
