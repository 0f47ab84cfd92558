import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinary } from '../../src/media/ffmpeg/binaries.js';
import { encodeVideo } from '../../src/media/ffmpeg/encode.js';
import { openClassifier } from '../../src/predict/classify.js';
import { projectFolder } from '../support/cli.js';
import { tell } from './figures.js';
import { median } from './measure.js';

const ROUNDS = 15;
const WIDTH = 854;
const HEIGHT = 480;
const FRAMES_PER_SECOND = 25;

/** One 2 s 480p H.264 clip through the shipped model, warm: where the time goes. */
export async function benchClassify(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'clipstep-bench-'));
  try {
    const path = join(folder, 'clip.mp4');
    await encodeVideo({
      path,
      width: WIDTH,
      height: HEIGHT,
      framesPerSecond: FRAMES_PER_SECOND,
      codec: 'h264',
      quality: 23,
      frames: movingGradient(2 * FRAMES_PER_SECOND),
    });
    const classifier = await openClassifier(`${projectFolder}/models/motion`);
    const spawn: number[] = [];
    const steps = { decode: [] as number[], encode: [] as number[], recurrent: [] as number[] };
    for (let round = -1; round < ROUNDS; round++) {
      const started = performance.now();
      for (const tool of ['ffprobe', 'ffmpeg'] as const) {
        execFileSync((await findBinary(tool)).path, ['-version'], { stdio: 'ignore' });
      }
      const spawned = performance.now() - started;
      const outcome = await classifier.classify(path);
      if (outcome.kind === 'failed') throw new Error(outcome.error.message);
      if (round < 0) continue;
      spawn.push(spawned);
      for (const step of ['decode', 'encode', 'recurrent'] as const)
        steps[step].push(outcome.milliseconds[step]);
    }
    await classifier.release();
    const total = steps.decode.map((time, index) => time + steps.encode[index]! + steps.recurrent[index]!);
    const parts = [
      ['spawn (ffprobe and ffmpeg that only tell their version)', spawn],
      ['decode (both spawned, probing and decoding)', steps.decode],
      ['encode', steps.encode],
      ['recurrent', steps.recurrent],
      ['whole clip', total],
    ] as const;
    for (const [name, times] of parts) {
      const milliseconds = median(times);
      tell(`${name.padEnd(55)} ${milliseconds.toFixed(1)} ms`, name, { milliseconds });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

function* movingGradient(frameCount: number): Generator<Uint8Array> {
  for (let frame = 0; frame < frameCount; frame++) {
    yield Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, index) => (index / 3 + frame * 5) % 256);
  }
}
