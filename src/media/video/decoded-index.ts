import { interruption } from '../failures.js';
import { type Coding, decoderOptions } from '../ffmpeg/decoders.js';
import { passthroughOptions, type RunLimits, runFfmpeg } from '../ffmpeg/ffmpeg.js';
import { indexInOrder, shownOrder } from './coded-order.js';
import {
  DEFAULT_FRAMES_PER_SECOND,
  type FrameIndex,
  framePeriodSeconds,
  isSeam,
  type Packet,
  type Seam,
  toMicroseconds,
} from './packet-index.js';
import { inputOf, type VideoFile } from './video-file.js';

interface DecodedClip {
  readonly file: VideoFile;
  readonly limits: RunLimits;
  readonly coding: Coding;
  /** NaN where the file does not say. */
  readonly framesPerSecond: number;
  /** Whether all stamps are meant to be of one timeline, as those of an edit list. */
  readonly isEdited: boolean;
  /** Of a clip that is decoded in the order in which its frames are stored, its packets. */
  readonly codedPackets: readonly Packet[] | null;
  /** Whether no other one follows, so that of its stamps, those that go back are ffmpeg's wrong guesses. */
  readonly isOneRecording: boolean;
  /** Where times go on later within a recording, and a frame stays on screen. */
  readonly pauses: readonly Seam[];
}

/**
 * The index of a clip whose packets do not give its frames, as counted when all of it is decoded: fillers in AVI, of
 * which none comes out, the parts of an MP4 that several edits show, of which ffmpeg may show a frame less or more, and
 * recordings that were joined into one stream, each with time stamps of its own.
 *
 * @returns null when no frame can be decoded.
 * @throws UserError what ended ffmpeg before its time; `missing_tool`.
 */
export async function indexByDecoding(clip: DecodedClip): Promise<FrameIndex | null> {
  const { file, limits, coding, framesPerSecond, isEdited, codedPackets, isOneRecording, pauses } = clip;
  const { source, input, safeOptions } = inputOf(file);
  const frames: DecodedFrame[] = [];
  const takesErrorLine = (line: string) => {
    const frame = parseFrame(line);
    if (frame) frames.push(frame);
    return frame !== null;
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
  if (frames.length === 0) return null;
  const order = codedPackets && shownOrder(frames.map(({ isBetween }) => ({ isBefore: isBetween })));
  const shown = order ? order.map((frame) => frames[frame]!) : frames;
  const stamps = order && codedPackets ? packetStamps(order, codedPackets) : frames.map(({ stamp }) => stamp);
  return indexInOrder({
    kind: 'counted',
    startSeconds: isEdited
      ? editedTimes(stamps, framesPerSecond)
      : timesOf(isOneRecording ? stamps.toSorted((one, other) => one - other) : stamps, {
          framesPerSecond,
          pauses,
          isEdited,
        }),
    isKeyframe: shown.map(({ isKeyframe }) => isKeyframe),
    codedPositions: order && Float64Array.from(order),
    framesPerSecond,
  });
}

const STAMPS_A_SECOND = 1_000_000;

interface DecodedFrame {
  /** In seconds; NaN: none. */
  readonly stamp: number;
  readonly isKeyframe: boolean;
  /** Whether it lies between others on which it depends. */
  readonly isBetween: boolean;
}

const FRAME_LINE = /^\[Parsed_showinfo_\d+ @ \S+\] n: *\d+ pts: *(-?\d+|NOPTS) .*iskey:([01]) type:(.)/;

function parseFrame(line: string): DecodedFrame | null {
  const [, stamp, key, type] = FRAME_LINE.exec(line) ?? [];
  if (stamp === undefined) return null;
  return {
    stamp: stamp === 'NOPTS' ? Number.NaN : Number(stamp) / STAMPS_A_SECOND,
    isKeyframe: key === '1',
    isBetween: type === 'B',
  };
}

/** Frames that come as they are stored have stamps of either kind; those of packets are known where each gave a frame. */
function packetStamps(order: readonly number[], packets: readonly Packet[]): number[] {
  if (order.length !== packets.length) return order.map(() => Number.NaN);
  const stamps = order.map((frame) => packets[frame]!.presentationSeconds);
  // Not each frame has one; they are shown at the times at which they are decoded, in another order.
  return stamps.some(Number.isNaN) ? packets.map(({ decodingSeconds }) => decodingSeconds) : stamps;
}

/** When each is shown, from 0: by its stamp within a recording, and by the usual rate from one to the next. */
function timesOf(
  stamps: readonly number[],
  { framesPerSecond, pauses, isEdited }: Pick<DecodedClip, 'framesPerSecond' | 'pauses' | 'isEdited'>,
): Float64Array {
  const usual = framePeriodSeconds(stamps, framesPerSecond);
  let now = 0;
  let seam = 0;
  return Float64Array.from(stamps, (stamp, frame) => {
    const before = stamps[frame - 1];
    if (before !== undefined && stamp < before) seam = frame;
    // Without a keyframe at the seam, the last frames of one recording come among the first ones of the next.
    const isOfFirst = !isEdited && seam > 0 && frame - seam < MOST_REORDERED && stamp > stamps[seam - 1]!;
    const isNext =
      before !== undefined &&
      stamp > before &&
      !isOfFirst &&
      (!isSeam(before, stamp) || pauses.some((pause) => isAround(pause, before, stamp)));
    if (before !== undefined) now += isNext ? stamp - before : usual;
    return toMicroseconds(now);
  });
}

/** As many frames as a decoder holds back to put them into order. */
const MOST_REORDERED = 16;

/** Frames are shown a little later than they are decoded. */
const isAround = ({ before, after }: Seam, shown: number, shownNext: number): boolean =>
  Math.abs(shown - before) < FARTHEST_SECONDS && Math.abs(shownNext - after) < FARTHEST_SECONDS;

const FARTHEST_SECONDS = 5;

/**
 * The same of a clip that is put together by an edit list. Of many edits that are shorter than the distance of keyframes, ffmpeg's
 * stamps go to and fro: then frames come evenly, at the usual rate.
 */
function editedTimes(stamps: readonly number[], framesPerSecond: number): Float64Array {
  const times = timesOf(stamps, { framesPerSecond, pauses: [], isEdited: true });
  const known = stamps.filter((stamp) => !Number.isNaN(stamp)).sort((one, other) => one - other);
  const span = known.length > 0 ? known.at(-1)! - known[0]! : 0;
  if (times.at(-1)! <= span * MOST_OF_SPAN) return times;
  const usual = 1 / (framesPerSecond || DEFAULT_FRAMES_PER_SECOND);
  return times.map((_, frame) => toMicroseconds(frame * usual));
}

const MOST_OF_SPAN = 1.25;
