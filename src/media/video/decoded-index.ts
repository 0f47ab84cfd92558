import { interruption } from '../failures.js';
import { type Coding, decoderOptions } from '../ffmpeg/decoders.js';
import { passthroughOptions, type RunLimits, runFfmpeg } from '../ffmpeg/ffmpeg.js';
import type { Timeline } from '../sampling.js';
import {
  DEFAULT_FRAMES_PER_SECOND,
  type FrameIndex,
  framePeriodSeconds,
  isSeam,
  toMicroseconds,
} from './packet-index.js';
import { inputOf, type VideoFile } from './video-file.js';

interface DecodedClip {
  readonly file: VideoFile;
  readonly limits: RunLimits;
  readonly coding: Coding;
  /** NaN where the file does not say. */
  readonly framesPerSecond: number;
}

/**
 * The index of a clip whose packets do not give its frames, as counted when all of it is decoded: fillers in AVI, of
 * which none comes out, the parts of an MP4 that several edits show, of which ffmpeg may show a frame less or more, and
 * recordings that were joined into one stream, each with time stamps of its own.
 *
 * @returns null when no frame can be decoded.
 * @throws UserError what ended ffmpeg before its time; `missing_tool`.
 */
export async function indexByDecoding({
  file,
  limits,
  coding,
  framesPerSecond,
}: DecodedClip): Promise<FrameIndex | null> {
  const { source, input, safeOptions } = inputOf(file);
  const stamps: number[] = [];
  const isKeyframe: boolean[] = [];
  const takesErrorLine = (line: string) => {
    const [, stamp, key] = FRAME_LINE.exec(line) ?? [];
    if (stamp === undefined) return false;
    stamps.push(stamp === 'NOPTS' ? Number.NaN : Number(stamp) / STAMPS_A_SECOND);
    isKeyframe.push(key === '1');
    return true;
  };
  for await (const event of runFfmpeg({
    source,
    input,
    inputOptions: [
      ...['-nostats', '-v', 'info', '-copyts'],
      ...safeOptions,
      ...(await decoderOptions(coding)),
    ],
    filter: `settb=1/${STAMPS_A_SECOND},showinfo`,
    outputOptions: ['-map', '0:V:0', ...(await passthroughOptions()), '-f', 'null'],
    target: 'pipe:1',
    takesErrorLine,
    ...limits,
  })) {
    if (event.kind === 'output') continue;
    const interrupted = interruption(file.path, event, limits.timeBudget);
    if (interrupted) throw interrupted;
  }
  return stamps.length === 0 ? null : countedIndex({ stamps, isKeyframe, framesPerSecond });
}

const STAMPS_A_SECOND = 1_000_000;

const FRAME_LINE = /^\[Parsed_showinfo_\d+ @ \S+\] n: *\d+ pts: *(-?\d+|NOPTS) .*iskey:([01])/;

interface DecodedFrames {
  readonly stamps: readonly number[];
  readonly isKeyframe: readonly boolean[];
  readonly framesPerSecond: number;
}

function countedIndex({ stamps, isKeyframe, framesPerSecond }: DecodedFrames): FrameIndex {
  const usual = 1 / (framesPerSecond || DEFAULT_FRAMES_PER_SECOND);
  let now = 0;
  const startSeconds = Float64Array.from(stamps, (stamp, frame) => {
    const before = stamps[frame - 1];
    const isNext = before !== undefined && stamp > before && !isSeam(before, stamp);
    if (before !== undefined) now += isNext ? stamp - before : usual;
    return toMicroseconds(now);
  });
  const period = framePeriodSeconds(startSeconds, framesPerSecond);
  const timeline: Timeline = {
    startSeconds,
    isKeyframe,
    durationSeconds: toMicroseconds(startSeconds.at(-1)! + period),
  };
  return { kind: 'counted', timeline, positions: Float64Array.from(stamps.keys()), isReordered: false };
}
