import type { Timeline } from '../sampling.js';

/** A video packet as the demuxer hands it out. Times in seconds, NaN when the file does not say. */
export interface Packet {
  readonly presentationSeconds: number;
  readonly decodingSeconds: number;
  readonly durationSeconds: number;
  readonly isKeyframe: boolean;
  /** Decoded because other frames need it, but not shown: an edit list says so. */
  readonly isDiscarded: boolean;
}

/** The frames that decoding a clip should give. */
export interface FrameIndex {
  /**
   * How a frame is found again when ffmpeg decodes. `stamped`: by its time stamp. `counted`: by its number,
   * in clips whose stamps are missing or wrong.
   */
  readonly kind: 'stamped' | 'counted';
  readonly timeline: Timeline;
  /** What tells each frame of the timeline apart, rising: its stamp in seconds, or its number. */
  readonly positions: Float64Array;
  /** Whether frames are stored in another order than they are shown, as those are on which no other depends. */
  readonly isReordered: boolean;
  /**
   * Of a clip that ffmpeg gives in the order in which frames are stored (coded-order.ts), what it gives as the position of each
   * frame of the timeline; null where it gives them in the order in which they are shown, by `positions`.
   */
  readonly codedPositions: Float64Array | null;
}

/** What a container says of the whole clip; NaN when it does not. */
export interface ClipFacts {
  /** False of an AVI with frames that are stored in another order than shown: its stamps are made up by the demuxer. */
  readonly storesTimeStamps: boolean;
  readonly framesPerSecond: number;
  readonly durationSeconds: number;
}

/** Rate that ffmpeg assumes of a raw stream that does not give its own. */
export const DEFAULT_FRAMES_PER_SECOND = 25;

/**
 * Makes the index of a clip's frames out of its packets.
 *
 * @param packets in the order of the file.
 * @returns null when no packet can give a frame.
 */
export function indexFrames(packets: readonly Packet[], facts: ClipFacts): FrameIndex | null {
  const shown = shownPackets(packets);
  if (shown.length === 0) return null;
  const stamped = facts.storesTimeStamps && neverGoesBack(packets) ? stampedIndex(shown, facts) : null;
  return stamped ?? countedIndex(shown, facts);
}

/** Nothing before the first keyframe can be decoded, as in a broadcast that was cut anywhere. */
export function shownPackets(packets: readonly Packet[]): Packet[] {
  const first = packets.findIndex((packet) => packet.isKeyframe);
  const earliest = packets[first]?.presentationSeconds ?? Number.NaN;
  return packets
    .slice(Math.max(0, first))
    .filter((packet) => !packet.isDiscarded && !(packet.presentationSeconds < earliest));
}

/** Whether time stamps tell anything: not where all of them are the same, as in a file whose durations are all 0. */
export const isTimed = (packets: readonly Packet[]): boolean =>
  packets.some(({ decodingSeconds }) => decodingSeconds > packets[0]!.decodingSeconds);

/**
 * Whether frames are known to be stored in the order in which they are shown. Of raw streams, ffmpeg stamps keyframes and
 * those that are stored after one that is shown later.
 */
export function isInOrder(packets: readonly Packet[]): boolean {
  const isStamped = ({ presentationSeconds }: Packet) => !Number.isNaN(presentationSeconds);
  if (!packets.every(isStamped)) return packets.every((packet) => !isStamped(packet) || packet.isKeyframe);
  return packets.every(({ presentationSeconds, decodingSeconds }, index) => {
    const before = packets[index - 1];
    if (!before || presentationSeconds > before.presentationSeconds) return true;
    return isSeam(before.decodingSeconds, decodingSeconds);
  });
}

/**
 * The distance of packets of which some have stamps, where it is the same everywhere, to half of it; null elsewhere. Of two to which
 * ffmpeg gives one stamp, it is that of the second.
 */
export function evenPeriod(packets: readonly Packet[]): number | null {
  const stamped = packets
    .map(({ decodingSeconds: seconds }, place) => ({ seconds, place }))
    .filter(({ seconds }) => !Number.isNaN(seconds))
    .filter(({ seconds }, index, all) => seconds !== all[index + 1]?.seconds);
  const steps = stamped.slice(1).map(({ seconds, place }, index) => ({
    seconds: seconds - stamped[index]!.seconds,
    packets: place - stamped[index]!.place,
  }));
  const periods = Float64Array.from(steps, (step) => step.seconds / step.packets).sort();
  const usual = periods[periods.length >> 1] ?? 0;
  return steps.every((step) => Math.abs(step.seconds - usual * step.packets) <= usual / 2) ? usual : null;
}

/** Two times of decoding, one after the other, that do not follow each other as within a recording. */
export interface Seam {
  readonly before: number;
  readonly after: number;
  /** Of the packet that is decoded after it. */
  readonly packet: number;
}

/** Where a stream may hold several recordings, of which each has time stamps of its own. */
export function seamsOf(packets: readonly Packet[]): Seam[] {
  const seams: Seam[] = [];
  let before = Number.NaN;
  packets.forEach(({ decodingSeconds: after }, packet) => {
    if (Number.isNaN(after)) return;
    if (isSeam(before, after)) seams.push({ before, after, packet });
    before = after;
  });
  return seams;
}

/** Whether one recording may end and another begin between two stamps: ffmpeg's own bound, dts_delta_threshold. */
export const isSeam = (before: number, after: number): boolean => after < before || after > before + 10;

/** Where the decoding order jumps back, two recordings were joined: their time stamps overlap. */
function neverGoesBack(packets: readonly Packet[]): boolean {
  let latest = Number.NEGATIVE_INFINITY;
  for (const { decodingSeconds } of packets) {
    if (decodingSeconds < latest) return false;
    if (decodingSeconds > latest) latest = decodingSeconds;
  }
  return true;
}

/**
 * Several packets with one stamp are the fields of one frame. When most are like that, or have no stamp, the
 * stamps are wrong: null. So they are where the first frame has none, as in a Matroska that begins before time 0: ffmpeg gives it and
 * the next ones stamps from 0 on, which come again.
 */
function stampedIndex(shown: readonly Packet[], facts: ClipFacts): FrameIndex | null {
  const stamps = stampsOf(shown).map(toMicroseconds);
  if (Number.isNaN(stamps[0]!)) return null;
  const known = stamps.filter((seconds) => !Number.isNaN(seconds));
  const positions = Float64Array.from(new Set(known)).sort();
  if (positions.length * 2 < shown.length) return null;
  const startSeconds = positions.map((seconds) => clipSeconds(seconds, positions));
  const keyframes = new Set(
    shown.filter((packet) => packet.isKeyframe).map((packet) => toMicroseconds(packet.presentationSeconds)),
  );
  const last = positions.length - 1;
  const lastPacket = shown[stamps.indexOf(positions[last]!)]!;
  const end = clipSeconds(positions[last]! + lastPacket.durationSeconds, positions);
  const isLastShown = end > startSeconds[last]!;
  const timeline: Timeline = {
    startSeconds,
    isKeyframe: Array.from(positions, (seconds) => keyframes.has(seconds)),
    durationSeconds: isLastShown
      ? end
      : toMicroseconds(startSeconds[last]! + framePeriodSeconds(startSeconds, facts.framesPerSecond)),
  };
  const isReordered = stamps.some((stamp, index) => index > 0 && stamp < stamps[index - 1]!);
  return { kind: 'stamped', timeline, positions, isReordered, codedPositions: null };
}

/**
 * In MPEG program streams, not every packet has a stamp of its own. The frames are shown at the times at
 * which they are decoded, later by a constant, and in another order.
 */
function stampsOf(shown: readonly Packet[]): number[] {
  const own = shown.map((packet) => packet.presentationSeconds);
  const known = own.filter((seconds) => !Number.isNaN(seconds));
  const decoding = risingDecodingTimes(shown);
  if (known.length === own.length || known.length === 0 || !decoding) return own;
  const earliest = known.reduce((one, other) => Math.min(one, other));
  return Array.from(decoding, (seconds) => earliest + seconds);
}

/** Seconds from the clip's start. */
export function clipSeconds(stampSeconds: number, positions: Float64Array): number {
  return toMicroseconds(stampSeconds - positions[0]!);
}

/** When a frame is shown, by what it is given as its position, in seconds from the clip's start. */
export function shownSeconds({ kind, positions, timeline }: FrameIndex, position: number): number {
  const { startSeconds } = timeline;
  if (kind === 'counted') return startSeconds[position]!;
  let [low, high] = [0, positions.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (positions[middle]! <= position) low = middle;
    else high = middle - 1;
  }
  return toMicroseconds(startSeconds[low]! + position - positions[low]!);
}

/**
 * The index of a clip whose stamps only count the packets that are there, by the times of all that there were: frames after lost
 * ones are shown later.
 */
export function withMissing(
  index: FrameIndex,
  missing: ReadonlyArray<{ packet: number; count: number }>,
): FrameIndex {
  const { startSeconds, isKeyframe, durationSeconds } = index.timeline;
  const period = framePeriodSeconds(startSeconds, 1 / durationSeconds);
  let [lost, gap] = [0, 0];
  /** To be asked of frames in their order. */
  const lostBefore = (frame: number) => {
    for (; gap < missing.length && missing[gap]!.packet <= frame; gap++) lost += missing[gap]!.count;
    return lost;
  };
  const shown = startSeconds.map((seconds, frame) => toMicroseconds(seconds + lostBefore(frame) * period));
  return {
    ...index,
    timeline: {
      startSeconds: shown,
      isKeyframe,
      durationSeconds: toMicroseconds(durationSeconds + lostBefore(startSeconds.length) * period),
    },
  };
}

/** As precise as ffprobe prints. */
export const toMicroseconds = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;

function countedIndex(shown: readonly Packet[], facts: ClipFacts): FrameIndex {
  const startSeconds = (risingDecodingTimes(shown) ?? evenTimes(shown.length, facts)).map(toMicroseconds);
  const lastStart = startSeconds[startSeconds.length - 1]!;
  const timeline: Timeline = {
    startSeconds,
    isKeyframe: shown.map((packet) => packet.isKeyframe),
    durationSeconds: toMicroseconds(lastStart + framePeriodSeconds(startSeconds, facts.framesPerSecond)),
  };
  const positions = Float64Array.from(startSeconds.keys());
  return { kind: 'counted', timeline, positions, isReordered: false, codedPositions: null };
}

/** The order of decoding and that of showing have the same times, be they given to other frames. */
function risingDecodingTimes(shown: readonly Packet[]): Float64Array | null {
  const times = Float64Array.from(shown, (packet) => packet.decodingSeconds - shown[0]!.decodingSeconds);
  const rises = times.every((seconds, index) => index === 0 || seconds > times[index - 1]!);
  return rises && !Number.isNaN(times[0]!) ? times : null;
}

function evenTimes(count: number, { durationSeconds, framesPerSecond }: ClipFacts): Float64Array {
  const period =
    durationSeconds > 0 ? durationSeconds / count : 1 / (framesPerSecond || DEFAULT_FRAMES_PER_SECOND);
  return Float64Array.from({ length: count }, (_, index) => index * period);
}

/** How long a frame usually is on screen: so long is the last one, whose end nothing marks. Times may be unknown. */
export function framePeriodSeconds(startSeconds: ArrayLike<number>, framesPerSecond: number): number {
  const periods = Float64Array.from({ length: Math.max(0, startSeconds.length - 1) }, (_, frame) =>
    toMicroseconds(startSeconds[frame + 1]! - startSeconds[frame]!),
  ).filter((period) => period > 0);
  return periods.sort()[periods.length >> 1] ?? 1 / (framesPerSecond || DEFAULT_FRAMES_PER_SECOND);
}
