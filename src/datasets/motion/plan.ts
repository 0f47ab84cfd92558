import { type Random, random } from '../../random.js';
import { MOTION_CLASSES, type MotionLabel } from './classes.js';
import { drawScene } from './draw-scene.js';
import type { Scene } from './scene.js';

/** Everything that one clip is rendered and encoded from. */
export interface ClipPlan {
  readonly label: MotionLabel;
  /** The clip's file or folder name without its ending, such as `open-0007`. */
  readonly name: string;
  readonly format: ClipFormat;
  readonly encoding: ClipEncoding;
  readonly scene: Scene;
  /** Whether the scene is played from its end. */
  readonly reversed: boolean;
}

export interface ClipFormat {
  /** Both even, as 4:2:0 chroma wants. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly frameCount: number;
}

export type ClipEncoding =
  | { readonly kind: 'video'; readonly codec: 'h264' | 'vp9'; readonly quality: number }
  | { readonly kind: 'images'; readonly format: 'png' | 'jpeg' };

const FRAME_SIZES = [
  [160, 120],
  [192, 108],
  [256, 144],
  [240, 180],
  [320, 240],
  [120, 160],
  [144, 256],
  [240, 320],
  [128, 128],
  [160, 160],
  [240, 240],
] as const;
const FRAME_RATES = [12, 15, 20, 24, 25, 30] as const;

/** Draws the clip that belongs to a seed, a class and a number. */
export function planClip(options: { seed: number; label: MotionLabel; index: number }): ClipPlan {
  const { seed, label, index } = options;
  const { motion, reversed } = MOTION_CLASSES[label];
  const stream = random(seed, 'motion', label, index);
  return {
    label,
    name: `${label}-${String(index + 1).padStart(4, '0')}`,
    reversed,
    ...drawFormat(stream),
    scene: drawScene(motion, stream),
  };
}

/** Most clips are files; few are PNG, which noise makes large. */
const ENCODINGS: ReadonlyArray<{ readonly share: number; readonly encoding: ClipEncoding }> = [
  { share: 0.55, encoding: { kind: 'video', codec: 'h264', quality: 20 } },
  { share: 0.25, encoding: { kind: 'video', codec: 'vp9', quality: 30 } },
  { share: 0.15, encoding: { kind: 'images', format: 'jpeg' } },
  { share: 0.05, encoding: { kind: 'images', format: 'png' } },
];
/** The lowest rate and the shortest clip still give 12 frames. */
const DURATION_SECONDS = { minimum: 1, maximum: 2.5 };

function drawFormat(stream: Random): { format: ClipFormat; encoding: ClipEncoding } {
  const [width, height] = stream.pick(FRAME_SIZES);
  const framesPerSecond = stream.pick(FRAME_RATES);
  const { minimum, maximum } = DURATION_SECONDS;
  const durationSeconds = minimum + (maximum - minimum) * stream.float();
  const frameCount = Math.round(durationSeconds * framesPerSecond);
  return { format: { width, height, framesPerSecond, frameCount }, encoding: drawEncoding(stream) };
}

function drawEncoding(stream: Random): ClipEncoding {
  let left = stream.float();
  const drawn = ENCODINGS.find(({ share }) => {
    left -= share;
    return left < 0;
  });
  return (drawn ?? ENCODINGS[0]!).encoding;
}
