import { type DecodingEvent, parseEvent } from './damage-words.js';
import { createFaults, type Place } from './faults.js';
import { createLossPlaces } from './losses/loss-places.js';
import type { Losses } from './losses/lost-packets.js';

/** Which frames are damaged, by what ffmpeg says while it decodes in one thread with -debug_ts. */
export interface DamageLog {
  takeLine(line: string): void;
  /** Whether a frame that came out shows damage, by its time stamp in microseconds or by its number. */
  isDamaged(frame: { readonly microseconds: number } | { readonly number: number }): boolean;
  /** Whether damage reaches the packet that is shown then, of which no frame has come. */
  isLost(shown: { readonly microseconds: number }): boolean;
  /** Whether the packet that is shown then is damaged itself, or the file right before it. */
  isAtFault(shown: { readonly microseconds: number }): boolean;
  /** What ffmpeg said of damage first; nothing where there was none so far. */
  words(): readonly string[];
}

interface LogOptions {
  readonly isCounted?: boolean | undefined;
  readonly isNeverReferred?: ((packet: number) => boolean) | undefined;
  readonly shownAt?: ((codedSeconds: number) => number) | undefined;
  readonly gapAhead?: ((line: string) => number | null) | undefined;
  readonly losses?: Losses | null | undefined;
}

/**
 * Damage of a packet reaches its own frame and those that may refer to it: all that are decoded before the next
 * keyframe, and those that are decoded after it but shown before it.
 *
 * @param options.isCounted whether frames have numbers for stamps, which are not those of packets.
 * @param options.isNeverReferred whether no other frame refers to a packet's, by its place in the order of decoding; none is
 *   taken for such a one when absent.
 * @param options.shownAt where frames come in the order in which they are stored, when one is shown by the stamp with which it
 *   is decoded.
 * @param options.gapAhead where the gap lies that a line reports: so many packets after the latest one; null where the line reports
 *   damage in a packet.
 * @param options.losses what the container shows to be lost; ffmpeg may say nothing of it.
 */
export function createDamageLog({
  isCounted = false,
  isNeverReferred = () => false,
  shownAt,
  gapAhead = () => null,
  losses,
}: LogOptions = {}): DamageLog {
  const stamps: number[] = [];
  const lossPlaces = createLossPlaces(losses);
  const placeOf = new Map<number, number>();
  const placeOfDecoding = new Map<number, number>();
  const keyframes: Place[] = [];
  const byNumber: boolean[] = [];
  const byMicroseconds = new Map<number, boolean>();
  /** ffmpeg 7 demuxes ahead of decoding, but says after which packet a frame came out. */
  let decodedUpTo: number | undefined;
  let isNextFaulty = false;
  let latestStamp = 0;
  let secondsATick = Number.NaN;
  const words: string[] = [];

  const secondsOf = (stamp: number): number => (shownAt ?? Number)(stamp * secondsATick);
  const placeShownAt = (microseconds: number) => placeOf.get(Math.round(microseconds / secondsATick / 1e6));
  const faults = createFaults({
    keyframes,
    isNeverReferred,
    shownAt: (packet) => secondsOf(stamps[packet]!),
  });
  const startOf = (place: Place): number =>
    keyframes.findLast((key) => key.least <= place.least && key.stamp <= place.stamp)?.least ?? -1;
  const takeFrame = (frame: Extract<DecodingEvent, { kind: 'frame' }>) => {
    const own = isCounted ? undefined : placeOf.get(frame.stamp);
    secondsATick = frame.secondsATick;
    for (const place of lossPlaces.next(secondsATick)) faults.add(place);
    latestStamp = Number.isNaN(frame.stamp) ? latestStamp : frame.stamp;
    const stamp = secondsOf(latestStamp);
    const place = placeOfFrame({ own, number: byNumber.length, latest: stamps.length - 1, stamp });
    decodedUpTo = placeOfDecoding.get(frame.decodingStamp) ?? decodedUpTo;
    if (isNextFaulty) faults.add(place.least);
    isNextFaulty = false;
    const isDamaged = faults.reach(place, frame.isKeyframe ? place.least : startOf(place));
    if (frame.isKeyframe && !faults.has(place.least)) keyframes.push(place);
    byNumber.push(isDamaged);
    byMicroseconds.set(frame.microseconds, isDamaged);
  };

  return {
    takeLine: (line) => {
      const event = parseEvent(line);
      if (event.kind === 'packet') {
        const stamp = shownAt ? event.decodingStamp : event.stamp;
        if (!Number.isNaN(stamp)) placeOf.set(stamp, stamps.length);
        placeOfDecoding.set(event.decodingStamp, stamps.length);
        stamps.push(stamp);
        lossPlaces.takePacket(event);
      }
      if (event.kind === 'frame') takeFrame(event);
      const isFault = event.kind === 'frame_fault' || event.kind === 'packet_fault';
      // What is said while the file is opened is said again of its packets.
      if (!isFault || stamps.length === 0) return;
      if (words.length < WORDS_KEPT) words.push(line);
      if (event.kind === 'frame_fault') isNextFaulty = true;
      else faults.add(placeOfFault({ latest: stamps.length - 1, decodedUpTo }, gapAhead(line)), line);
    },
    isDamaged: (frame) => {
      if ('number' in frame) return byNumber[frame.number] ?? false;
      // Either side may have been rounded.
      return [0, -1, 1].some((off) => byMicroseconds.get(frame.microseconds + off) ?? false);
    },
    isLost: ({ microseconds }) => {
      const own = placeShownAt(microseconds);
      if (own === undefined) return false;
      const place = { least: own, most: own, stamp: secondsOf(stamps[own]!) };
      return faults.reach(place, startOf(place));
    },
    isAtFault: ({ microseconds }) => faults.lieAt(placeShownAt(microseconds)),
    words: () => words,
  };
}

/** @param frame.own its packet's place, where its stamp gives it. */
function placeOfFrame(frame: {
  own?: number | undefined;
  number: number;
  latest: number;
  stamp: number;
}): Place {
  const { own, number, latest, stamp } = frame;
  return own === undefined
    ? { least: Math.min(number, latest), most: latest, stamp }
    : { least: own, most: own, stamp };
}

/** Where damage lies: between two places where something was lost between two packets. */
function placeOfFault(
  { latest, decodedUpTo }: { latest: number; decodedUpTo: number | undefined },
  ahead: number | null,
): number {
  if (ahead !== null) return latest + ahead;
  return decodedUpTo === undefined ? latest : decodedUpTo + 1;
}

/** More than an error quotes. */
const WORDS_KEPT = 10;
