import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import ffmpegPackage from '@ffmpeg-installer/ffmpeg';

const WIDTH = 64;
const HEIGHT = 48;

/** At the top, so that every frame takes some hundred bytes, as in a real clip. */
const NOISE_ROWS = 8;

/** Grey levels of two digits, wide enough apart for any codec: 18 steps of 14 from black to white. */
const STEP = 14;
const BASE = 18;

export interface NumberedClipOptions {
  readonly frames: number;
  readonly framesPerSecond: number;
  /** Options after the input: codec, container and their like. */
  readonly encoder: readonly string[];
}

/**
 * Writes a clip of 64x48 in which every frame shows its own number, by the grey of its left half and of its
 * right half: up to 324 frames.
 */
export async function writeNumberedClip(path: string, options: NumberedClipOptions): Promise<void> {
  const { frames, framesPerSecond, encoder } = options;
  const digit = `if(lt(X,W/2),floor(N/${BASE}),mod(N,${BASE}))`;
  const level = `if(lt(Y,${NOISE_ROWS}),255*random(0),${STEP}*${digit})`;
  const source = `nullsrc=s=${WIDTH}x${HEIGHT}:r=${framesPerSecond},format=gray,geq=lum='${level}'`;
  await runFfmpeg(['-f', 'lavfi', '-i', source, '-frames:v', String(frames), ...encoder, path]);
}

/** The number that a frame shows; NaN when its greys are none of those that are written. */
export function readNumber(pixels: Uint8Array): number {
  const size = Math.sqrt(pixels.length / 3);
  const greyAt = (column: number) => pixels[(Math.floor(size / 2) * size + Math.floor(column)) * 3]!;
  const digits = [greyAt(size / 4), greyAt((size * 3) / 4)].map((grey) => grey / STEP);
  if (digits.some((digit) => Math.abs(digit - Math.round(digit)) > 0.35)) return Number.NaN;
  const [tens, ones] = digits.map(Math.round) as [number, number];
  return tens * BASE + ones;
}

/** Runs the packaged ffmpeg, which is the same everywhere, so that fixtures are too. */
export async function runFfmpeg(options: readonly string[]): Promise<void> {
  await promisify(execFile)(ffmpegPackage.path, ['-nostdin', '-v', 'error', '-y', ...options]);
}
