import { unlessUnavailable } from '../../platform/lack.js';
import { openRegularFile } from '../../platform/regular-file.js';
import { runFfprobe } from '../ffmpeg/ffmpeg.js';
import { holdsFramesBack } from './coded-order.js';
import { type DecodedFrame, type DecodeOptions, decodeFrames } from './decode.js';
import type { Target } from './frame-selection.js';
import { inputOf } from './video-file.js';

/** Gives a wanted frame in place of a neighbour, where a decoder has held it back and forgotten it; else the neighbour. */
export type FindHeldBack = (target: Target, neighbour: DecodedFrame) => Promise<DecodedFrame>;

/**
 * A decoder that holds frames back forgets one where the size changes. It gives that frame where the stream ends before the
 * change: the file is decoded once more, up to the next keyframe. Where a frame does not come then either, no other is
 * looked for: then packets show no frames of their own for other reasons.
 *
 * @param options of the pass that lacks the frame.
 */
export function createFindHeldBack(options: DecodeOptions): FindHeldBack {
  const { coding, index } = options;
  let isTried = !holdsFramesBack(coding.codec) || coding.isImmediate || index.kind === 'counted';
  return async (target, neighbour) => {
    const isOwn = neighbour.position >= target.from && neighbour.position < target.ownBefore;
    if (isOwn || isTried) return neighbour;
    const found = await decodeUpToKeyframe(options, target);
    isTried = found === null;
    return found ?? neighbour;
  };
}

async function decodeUpToKeyframe(options: DecodeOptions, target: Target): Promise<DecodedFrame | null> {
  const { file, index } = options;
  const end = await startOfNextKeyframe(options, index.positions[target.frame]!);
  if (end === null) return null;
  const film = { path: file.path, parts: [{ start: 0, end }] };
  const { damageLog: _, ...rest } = options;
  const boundaries = [target.from];
  for await (const event of decodeFrames({ ...rest, file: { ...file, film }, boundaries })) {
    if (event.kind !== 'frame') return null;
    if (event.position >= target.from && event.position < target.ownBefore) return event;
  }
  return null;
}

/** Where the packet of the first keyframe begins in the file that is shown after a time, by the container's own stamps. */
async function startOfNextKeyframe(options: DecodeOptions, seconds: number): Promise<number | null> {
  const { file, timeBudget, startProgram, signal } = options;
  // Ordinary clips are read sooner without what checks ffprobe's words.
  const { parseLine } = await import('./probe-report.js');
  let start: number | null = null;
  const takeLine = (line: string) => {
    const [, { pts_time, flags = '', pos }] = parseLine(line);
    if (start !== null || !flags.includes('K') || !(Number(pts_time) > seconds)) return;
    if (Number(pos) > 0) start = Number(pos);
  };
  const { source, input, safeOptions } = inputOf(file);
  const entries = ['-select_streams', 'V:0', '-show_entries', 'packet=pts_time,flags,pos', '-of', 'compact'];
  const job = { source, input, options: [...safeOptions, ...entries], timeBudget, startProgram, signal };
  await runFfprobe(job, takeLine);
  return start === null ? null : findSequence(file.path, start);
}

/** In a broadcast stream, the end of the frame before may lie in the same packet: ISO/IEC 13818-2, section 6.2.2.1. */
async function findSequence(path: string, start: number): Promise<number> {
  const file = await unlessUnavailable(openRegularFile(path));
  if (!file) return start;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PACKET_BYTES), 0, PACKET_BYTES, start);
    const place = buffer.subarray(0, bytesRead).indexOf(SEQUENCE_HEADER);
    return start + Math.max(0, place);
  } finally {
    await file.close();
  }
}

/** The most that a packet of an MPEG stream holds. */
const PACKET_BYTES = 2 ** 16;

const SEQUENCE_HEADER = Buffer.of(0, 0, 1, 0xb3);
