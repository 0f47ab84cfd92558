import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../../errors.js';
import { encodeVideo } from '../../media/ffmpeg/encode.js';
import { writeImages } from '../../media/images/write-images.js';
import { newFolder, requireNewFolder } from '../../platform/new-folder.js';
import { cannotWriteResult } from '../../platform/write-result.js';
import { MOTION_LABELS } from './classes.js';
import { type ClipPlan, planClip } from './plan.js';
import { renderFrames } from './render.js';

export interface GenerateMotionOptions {
  /** Where the dataset goes: a folder that is empty or not there yet. */
  readonly folder: string;
  readonly perClass: number;
  /** The same seed gives the same frames; whole numbers from 0. */
  readonly seed: number;
  readonly onClip?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface GeneratedClip {
  readonly label: string;
  /** A video file or a folder of frames. */
  readonly path: string;
}

/** One clip is rendered here while another one's frames are encoded in its ffmpeg. */
const CLIPS_AT_ONCE = 2;

/**
 * Renders a dataset of eight classes of motion, `<folder>/<label>/<clip>`: approach and recede, clockwise
 * and counter-clockwise, open and close, brighten and darken. The class lies in the order of the frames
 * alone (classes.ts says how). The folder appears when it is whole.
 *
 * @returns the clips, class by class.
 * @throws UserError `usage` as requireNewFolder, or when a number is out of range, `aborted`, and what
 *   media/ffmpeg/encode.ts throws.
 */
export async function generateMotion(options: GenerateMotionOptions): Promise<GeneratedClip[]> {
  checkNumbers(options);
  const folder = resolve(options.folder);
  await requireNewFolder(folder);
  const plans = planClips(options);
  const fill = async (unfinished: string) => {
    for (const label of MOTION_LABELS) await mkdir(join(unfinished, label));
    await writeClips(plans, unfinished, options);
  };
  await newFolder(folder, fill, { temporary: `${folder}.unfinished`, unwritable: cannotWriteResult });
  return plans.map((plan) => ({ label: plan.label, path: join(folder, plan.label, fileName(plan)) }));
}

function planClips({ perClass, seed }: GenerateMotionOptions): ClipPlan[] {
  return MOTION_LABELS.flatMap((label) =>
    Array.from({ length: perClass }, (_, index) => planClip({ seed, label, index })),
  );
}

/** Some clips at a time; the first failure stops them all. */
async function writeClips(
  plans: readonly ClipPlan[],
  folder: string,
  { onClip, signal }: GenerateMotionOptions,
): Promise<void> {
  const failure = new AbortController();
  const stop = AbortSignal.any(signal ? [signal, failure.signal] : [failure.signal]);
  const left = plans.values();
  let done = 0;
  const writeInTurn = async () => {
    for (const plan of left) {
      await writeClip(plan, folder, stop);
      done += 1;
      onClip?.(done, plans.length);
    }
  };
  const writers = Array.from({ length: CLIPS_AT_ONCE }, () =>
    writeInTurn().catch((thrown: unknown) => {
      failure.abort();
      throw thrown;
    }),
  );
  try {
    await Promise.all(writers);
  } finally {
    await Promise.allSettled(writers);
  }
}

async function writeClip(plan: ClipPlan, folder: string, signal: AbortSignal): Promise<void> {
  const path = join(folder, plan.label, fileName(plan));
  const { width, height, framesPerSecond } = plan.format;
  const frames = renderFrames(plan.scene, plan);
  switch (plan.encoding.kind) {
    case 'video': {
      const { codec, quality } = plan.encoding;
      return encodeVideo({ path, frames, width, height, framesPerSecond, codec, quality, signal });
    }
    case 'images':
      return writeImages({ folder: path, frames, width, height, format: plan.encoding.format, signal });
  }
}

function fileName({ name, encoding }: ClipPlan): string {
  if (encoding.kind === 'images') return name;
  return `${name}.${encoding.codec === 'h264' ? 'mp4' : 'webm'}`;
}

function checkNumbers({ perClass, seed }: GenerateMotionOptions): void {
  const whole = Number.isInteger(perClass) && Number.isInteger(seed);
  if (whole && perClass >= 1 && seed >= 0) return;
  throw new UserError('usage', {
    problem: `${perClass} clips a class from seed ${seed} cannot be generated.`,
    fix: 'Give a whole number of clips a class from 1, and a whole seed from 0.',
  });
}
