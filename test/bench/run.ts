import { writeFile } from 'node:fs/promises';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { parseArgs } from 'node:util';
import { createOnnxEngine } from '../../src/engine/onnx/onnx-engine.js';
import { findBinary } from '../../src/media/ffmpeg/binaries.js';
import { clipstepVersion } from '../../src/platform/version.js';
import { buildDist } from '../support/build-dist.js';
import { takeFigures } from './figures.js';

/**
 * `npm run bench [-- NAME ... | all] [--json FILE]`: those named, or all. Ratios are to each bench's first line. The file gets
 * the machine, the versions, the date and the figures.
 */
const BENCHES: Record<string, { title: string; run: () => Promise<void> }> = {
  startup: { title: 'Start-up', run: async () => (await import('./startup.js')).benchStartup() },
  encoder: {
    title: 'Encoder: MobileNet v1 1.0@224, batch 8',
    run: async () => (await import('./encoder.js')).benchEncoder(),
  },
  'train-lstm': {
    title: 'Training step: LSTM(128), batch 128, 28 x 28, 10 classes, AdamW, 2 threads',
    run: async () => (await import('./training.js')).benchTrainLstm(),
  },
  'train-cnn': {
    title: 'Training: MobileNet v1 0.25@128 end to end, 4 clips of 8 frames, 2 threads',
    run: async () => (await import('./training.js')).benchTrainCnn(),
  },
  'train-characters': {
    title: 'Training step: character LSTM(256), 32 strands of 64, states kept, Adam, 2 threads',
    run: async () => (await import('./language.js')).benchTrainCharacters(),
  },
  'train-words': {
    title: 'Training step: word LSTM(256) over 10,002 words, 20 strands of 35, states kept, Adam, 2 threads',
    run: async () => (await import('./language.js')).benchTrainWords(),
  },
  generate: {
    title: 'Writing: character LSTM(256) and word LSTM(256), one token after another, 1 thread',
    run: async () => (await import('./language.js')).benchGenerate(),
  },
  classify: {
    title: 'One 2 s 480p clip, warm, with models/motion',
    run: async () => (await import('./classify.js')).benchClassify(),
  },
  decode: {
    title: '16 frames of a minute of 1080p, by each plan of decoding',
    run: async () => (await import('./decode.js')).benchDecode(),
  },
  plans: {
    title: "What plans of decoding change in a model's probabilities, to decoding whole",
    run: async () => (await import('./plans.js')).benchPlans(),
  },
  batch: {
    title: 'The clips of surveillance-fight, warm: MobileNet v2 1.0@224 on 16 frames, LSTM(64) both ways',
    run: async () => (await import('./clips.js')).benchBatch(),
  },
  'batch-parts': {
    title: "Where the processor's time goes in a batch of these clips, with the same networks",
    run: async () => (await import('./batch-parts.js')).benchBatchParts(),
  },
  'long-clip': {
    title: 'One 60 s 1080p clip, warm, same network',
    run: async () => (await import('./clips.js')).benchLongClip(),
  },
  'cold-start': {
    title: 'One 2 s 480p clip, same network, from the start of the process to its end',
    run: async () => (await import('./clips.js')).benchColdStart(),
  },
  imbalance: {
    title:
      'Right on clips of ut-interaction-set1, three of six classes trained on 2 clips each, the others on 8',
    run: async () => (await import('./imbalance.js')).benchImbalance(),
  },
  steps: {
    title: 'Right on clips of three sets, each in 5 folds, after so many steps of the recipes that ship',
    run: async () => (await import('./steps.js')).benchSteps(),
  },
  scale: {
    title:
      'How time and memory grow with the size of the work: 1 is as the work grows; and a shard of a long list',
    run: async () => (await import('./scale.js')).benchScale(),
  },
  serve: {
    title: 'Requests to clipstep serve beside a batch of the same clip, with models/motion',
    run: async () => (await import('./serve.js')).benchServe(),
  },
  live: {
    title: 'From a frame of an RTSP source to a line, at 30 frames a second, with models/motion',
    run: async () => (await import('./live.js')).benchLive(),
  },
  queue: {
    title: 'Workers on a queue beside a plain batch of the same clips',
    run: async () => (await import('./queue.js')).benchQueue(),
  },
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' } },
});
const isAll = positionals.length === 0 || positionals.includes('all');
const names = isAll ? Object.keys(BENCHES) : positionals;
for (const name of names) {
  if (!BENCHES[name])
    throw new Error(`There is no bench ${name}; there are ${Object.keys(BENCHES).join(', ')}`);
}
await buildDist();
const results: object[] = [];
for (const name of names) {
  const { title, run } = BENCHES[name]!;
  console.log(`\n${title}`);
  await run();
  results.push({ name, title, figures: takeFigures() });
  // After each, since all of them take an hour.
  if (values.json) await writeFile(values.json, `${JSON.stringify(await document(results), null, 2)}\n`);
}

async function document(benches: readonly object[]): Promise<object> {
  const [{ model = 'unknown' } = {}] = cpus();
  const { version } = await createOnnxEngine();
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      processor: model.trim(),
      cores: cpus().length,
      gibibytes: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()} ${arch()}`,
    },
    versions: {
      clipstep: clipstepVersion(),
      node: process.versions.node,
      onnxruntime: version,
      ffmpeg: (await findBinary('ffmpeg')).version,
    },
    benches,
  };
}
