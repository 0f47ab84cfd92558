import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clip, openClip, PLAN_KINDS } from '../../src/media/frames.js';
import { runFfmpeg } from '../support/numbered-clip.js';
import { tell, tellHeading } from './figures.js';
import { median } from './measure.js';

const ROUNDS = 3;

/** A minute of 1080p H.264 in which all moves, from which 16 frames of 224x224 are read by each plan. */
export async function benchDecode(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'clipstep-bench-'));
  try {
    for (const keyframeEvery of [250, 48]) {
      const path = join(folder, `${keyframeEvery}.mp4`);
      const source = ['-f', 'lavfi', '-i', 'testsrc2=s=1920x1080:r=25:d=60'];
      const group = ['-g', String(keyframeEvery), '-x264-params', 'scenecut=0'];
      const encoder = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', ...group];
      await runFfmpeg([...source, ...encoder, path]);
      tellHeading(`a keyframe every ${keyframeEvery} frames`);
      for (const plan of [...PLAN_KINDS, 'exact', 'quick'] as const) await timePlan(path, plan);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function timePlan(path: string, plan: Parameters<typeof open>[1]): Promise<void> {
  const times: number[] = [];
  let clip: Clip | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    clip = await open(path, plan);
    for await (const _ of clip.frames);
    times.push(performance.now() - started);
  }
  const milliseconds = median(times);
  tell(`  ${plan.padEnd(14)}  ${milliseconds.toFixed(0).padStart(6)} ms  (${clip?.plan})`, plan, {
    milliseconds,
  });
}

function open(path: string, plan: (typeof PLAN_KINDS)[number] | 'exact' | 'quick'): Promise<Clip> {
  return openClip(
    { kind: 'video', input: path, path },
    {
      plan,
      sampling: { kind: 'uniform', frames: 16 },
      preprocessing: { size: 224, fit: 'resize', kernel: 'linear' },
    },
  );
}
