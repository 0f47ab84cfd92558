import {
  type FfmpegJob,
  fileAddress,
  passthroughOptions,
  type RunLimits,
  runFfmpeg,
  type ToolExit,
} from '../ffmpeg/ffmpeg.js';
import { SAFE_PIPE_OPTIONS, safeInputOptions } from '../ffmpeg/safety.js';
import type { Preprocessing } from '../frame-schema.js';
import { inputFilters } from '../preprocessing.js';
import type { DamageLog } from './damage-log.js';
import { tellsOfDamage } from './damage-words.js';
import { selectCondition } from './frame-selection.js';
import { type Excerpt, readExcerpt } from './mp4/excerpt.js';
import type { FrameIndex } from './packet-index.js';

export interface DecodeOptions extends RunLimits {
  readonly path: string;
  /** As VideoFile has it. */
  readonly demuxer: string | undefined;
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
  const facts: Array<Omit<DecodedFrame, 'kind' | 'pixels'>> = [];
  const pictures: Uint8Array[] = [];
  const assemble = pictureAssembler(options.preprocessing.size ** 2 * 3);
  const job = await buildJob(options);
  const takesErrorLine = lineReader(options, (fact) => facts.push(fact));
  for await (const event of runFfmpeg({ ...job, takesErrorLine })) {
    const finished = event.kind === 'output' ? assemble(event.bytes) : [];
    for (const picture of finished) pictures.push(picture);
    // Facts come by another pipe than pictures: whichever is first waits for the other.
    while (facts.length > 0 && pictures.length > 0) {
      yield { kind: 'frame', ...facts.shift()!, pixels: pictures.shift()! };
    }
    if (event.kind === 'output') continue;
    if (event.kind === 'exited' && pictures.length > 0) throw new Error('ffmpeg gave frames without times');
    yield event;
  }
}

async function buildJob(options: DecodeOptions): Promise<FfmpegJob> {
  const { path, demuxer, index, excerpt, boundaries, preprocessing, skipOptions, seekSeconds, damageLog } =
    options;
  const threads = damageLog ? 1 : options.decoderThreads;
  return {
    ...(excerpt ? { source: 'pipe:0', input: readExcerpt(excerpt) } : { source: fileAddress(path) }),
    inputOptions: [
      ...[
        '-nostats',
        '-v',
        'repeat+level+info',
        ...(excerpt ? SAFE_PIPE_OPTIONS : safeInputOptions(demuxer)),
      ],
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
      `select='${selectCondition(boundaries)}'`,
      ...(demuxer === 'apng' ? [ON_WHITE] : []),
      ...inputFilters(preprocessing),
      'showinfo',
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

const FRAME_LINE = /^\[Parsed_showinfo_\d+ @ \S+\] \[info\] n: *\d+ pts: *(-?\d+) /;

/** What is transparent in a picture, as still ones are shown. */
const ON_WHITE =
  'format=rgba,split[over][under];[under]lutrgb=r=255:g=255:b=255:a=255[white];[white][over]overlay=format=rgb';

/** Takes the lines that describe frames, and ffmpeg's chatter around them; errors are kept. */
function lineReader(
  { index, damageLog }: Pick<DecodeOptions, 'index' | 'damageLog'>,
  takeFrame: (facts: Omit<DecodedFrame, 'kind' | 'pixels'>) => void,
): (line: string) => boolean {
  let isSuspect = false;
  return (line) => {
    damageLog?.takeLine(line);
    isSuspect ||= tellsOfDamage(line);
    const microseconds = Number(FRAME_LINE.exec(line)?.[1]);
    if (!Number.isNaN(microseconds)) {
      const position = microseconds / STAMPS_A_SECOND;
      const key = index.kind === 'stamped' ? { microseconds } : { number: position };
      takeFrame({ position, isSuspect, isDamaged: damageLog?.isDamaged(key) ?? false });
    }
    return !/^(?:\[[^\]]+\] )*\[(?:error|fatal|panic)\]/.test(line);
  };
}

/** Cuts a stream of bytes into pictures of a fixed size, each with memory of its own. */
function pictureAssembler(pictureBytes: number): (chunk: Buffer) => Uint8Array[] {
  let picture = new Uint8Array(pictureBytes);
  let filled = 0;
  return (chunk) => {
    const finished: Uint8Array[] = [];
    for (let taken = 0; taken < chunk.length; ) {
      const part = chunk.subarray(taken, taken + pictureBytes - filled);
      picture.set(part, filled);
      taken += part.length;
      filled += part.length;
      if (filled < pictureBytes) continue;
      finished.push(picture);
      picture = new Uint8Array(pictureBytes);
      filled = 0;
    }
    return finished;
  };
}
