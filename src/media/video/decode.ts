import { type Coding, decoderOptions, threadsOf } from '../ffmpeg/decoders.js';
import { type FfmpegJob, passthroughOptions, type RunLimits, type ToolExit } from '../ffmpeg/ffmpeg.js';
import { SAFE_PIPE_OPTIONS } from '../ffmpeg/safety.js';
import type { Preprocessing } from '../frame-schema.js';
import { inputFilters } from '../preprocessing.js';
import { codedRanges, positionFinder } from './coded-order.js';
import type { DamageLog } from './damage-log.js';
import { tellsOfDamage } from './damage-words.js';
import { rangeCondition, selectCondition } from './frame-selection.js';
import { type Excerpt, readExcerpt } from './mp4/excerpt.js';
import type { FrameIndex } from './packet-index.js';
import { isErrorLine, type ShownFrame, shownFrames, shownStamp, stampFilter } from './shown-frames.js';
import { inputOf, type VideoFile } from './video-file.js';

export interface DecodeOptions extends RunLimits {
  readonly file: VideoFile;
  readonly coding: Coding;
  readonly index: FrameIndex;
  /** What ffmpeg reads in place of the file. */
  readonly excerpt?: Excerpt | undefined;
  /** As Selection has them. */
  readonly boundaries: readonly number[];
  readonly preprocessing: Preprocessing;
  /** undefined: as many as ffmpeg thinks fit. */
  readonly decoderThreads: number | undefined;
  /** Input options by which frames are passed over. */
  readonly skipOptions: readonly string[];
  /** Where to begin, by the container's own stamps; undefined: the clip's start. */
  readonly seekSeconds: number | undefined;
  /** Is told which frames are damaged, for which ffmpeg decodes in one thread. */
  readonly damageLog?: DamageLog;
}

/** A fine and fixed unit for the time stamps that are read back; containers' own go from 1/90000 s to 1 s. */
const STAMPS_A_SECOND = 1_000_000;

/** A frame that ffmpeg let through. */
export interface DecodedFrame {
  readonly kind: 'frame';
  /** The frame's own position, as FrameIndex has it: what ffmpeg says, not what was asked for. */
  readonly position: number;
  /** uint8 RGB [size, size, 3]. */
  readonly pixels: Uint8Array;
  /** Whether ffmpeg reported damage, in this frame or in others, before this one came out. */
  readonly isSuspect: boolean;
  /** Whether this frame itself shows damage, as far as a log of it was kept. */
  readonly isDamaged: boolean;
}

/**
 * Decodes a video and yields the selected frames, scaled, in their order, no faster than they are taken, and
 * then how ffmpeg ended. One pass of one process: the other frames are dropped before they are scaled.
 *
 * @throws UserError `missing_tool`.
 */
export async function* decodeFrames(options: DecodeOptions): AsyncGenerator<DecodedFrame | ToolExit, void> {
  const job = await buildJob(options);
  const frames = shownFrames<Facts>(job, {
    pictureBytes: options.preprocessing.size ** 2 * 3,
    readLines: (takeFacts) => lineReader(options, takeFacts),
  });
  const events = asEvents(frames);
  yield* options.index.codedPositions ? inShownOrder(events) : events;
}

async function* asEvents(
  frames: AsyncIterable<ShownFrame<Facts> | ToolExit>,
): AsyncGenerator<DecodedFrame | ToolExit, void> {
  for await (const event of frames) {
    yield event.kind === 'frame' ? { kind: 'frame', ...event.facts, pixels: event.pixels } : event;
  }
}

/** Frames that come as they are stored, in the order in which they are shown: one is held back, as shownOrder does. */
async function* inShownOrder(
  events: AsyncIterable<DecodedFrame | ToolExit>,
): AsyncGenerator<DecodedFrame | ToolExit, void> {
  let held: DecodedFrame | undefined;
  for await (const event of events) {
    const isBefore = event.kind === 'frame' && held && event.position < held.position;
    if (held && !isBefore) yield held;
    if (event.kind !== 'frame' || isBefore) yield event;
    else held = event;
  }
}

type Facts = Omit<DecodedFrame, 'kind' | 'pixels'>;

async function buildJob(options: DecodeOptions): Promise<FfmpegJob> {
  const { file, coding, index, excerpt, boundaries, preprocessing, damageLog } = options;
  const { skipOptions, seekSeconds } = options;
  const threads = damageLog ? 1 : threadsOf(coding, options.decoderThreads);
  const { source, input, safeOptions } = excerpt
    ? { source: 'pipe:0', input: readExcerpt(excerpt), safeOptions: SAFE_PIPE_OPTIONS }
    : inputOf(file);
  return {
    source,
    input,
    inputOptions: [
      ...['-nostats', '-v', 'repeat+level+info', ...safeOptions],
      ...(await decoderOptions(coding)),
      // The file's own time stamps, as ffprobe gave them, not ones that begin at 0.
      '-copyts',
      ...(damageLog ? ['-debug_ts'] : []),
      ...(threads === undefined ? [] : ['-threads', String(threads)]),
      // Gives frames their numbers for stamps, in seconds. Filters that count begin anew where the size changes.
      ...(index.kind === 'counted' ? ['-r', '1'] : []),
      ...skipOptions,
      // Not accurate: ffmpeg then begins at the keyframe and drops nothing by its own reckoning.
      ...(seekSeconds === undefined
        ? []
        : ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', seekSeconds.toFixed(6)]),
    ],
    filter: [
      // While the unit still is the track's own.
      ...(excerpt ? [`setpts=PTS-${excerpt.stored.shiftTicks}`] : []),
      `settb=1/${STAMPS_A_SECOND}`,
      stampFilter(conditionOf(index, boundaries)),
      ...(file.demuxer === 'apng' || file.demuxer === 'png_pipe' ? [ON_WHITE] : []),
      ...inputFilters(preprocessing),
    ].join(','),
    outputOptions: [
      ...['-map', '0:V:0', ...(await passthroughOptions())],
      // In a unit in which no two stamps become one, since the muxer drops what does not rise.
      ...['-enc_time_base', `1:${STAMPS_A_SECOND}`, '-f', 'rawvideo', '-pix_fmt', 'rgb24'],
    ],
    target: 'pipe:1',
    timeBudget: options.timeBudget,
    startProgram: options.startProgram,
    signal: options.signal,
  };
}

function conditionOf(index: FrameIndex, boundaries: readonly number[]): string {
  const { codedPositions } = index;
  return codedPositions
    ? rangeCondition(codedRanges({ ...index, codedPositions }, boundaries))
    : selectCondition(boundaries);
}

/** What is transparent in a picture, as still ones are shown. */
const ON_WHITE =
  'format=rgba,split[over][under];[under]lutrgb=r=255:g=255:b=255:a=255[white];[white][over]overlay=format=rgb';

/** Takes the lines that describe frames, and ffmpeg's chatter around them; errors are kept. */
function lineReader(
  { index, damageLog }: Pick<DecodeOptions, 'index' | 'damageLog'>,
  takeFrame: (facts: Facts) => void,
): (line: string) => boolean {
  let isSuspect = false;
  const findPosition = positionFinder(index);
  return (line) => {
    damageLog?.takeLine(line);
    isSuspect ||= tellsOfDamage(line);
    const shown = shownStamp(line);
    if (shown !== null) {
      const microseconds = shown.stamp;
      const given = microseconds / STAMPS_A_SECOND;
      const key = index.kind === 'stamped' ? { microseconds } : { number: given };
      takeFrame({ position: findPosition(given), isSuspect, isDamaged: damageLog?.isDamaged(key) ?? false });
    }
    return !isErrorLine(line);
  };
}
