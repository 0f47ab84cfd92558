import { isFailedRelease } from './damage-words.js';

/** Places in the order of decoding between which a frame's packet lies, mostly one place, and when it is shown, in seconds. */
export interface Place {
  readonly least: number;
  readonly most: number;
  readonly stamp: number;
}

/** Where packets are damaged, by their places in the order of decoding, and which frames that reaches. */
export interface Faults {
  /** @param line in which ffmpeg says so. */
  add(place: number, line?: string): void;
  has(place: number): boolean;
  /** Whether there is one at a packet, or right before it. */
  lieAt(place: number | undefined): boolean;
  /** Whether one reaches a frame whose decoding begins at a start. */
  reach(place: Place, start: number): boolean;
}

interface KnownPackets {
  /** Those from which on frames are sound again, as they become known. */
  readonly keyframes: readonly Place[];
  readonly isNeverReferred: (packet: number) => boolean;
  /** When a packet's frame is shown, in seconds. */
  readonly shownAt: (packet: number) => number;
}

export function createFaults(known: KnownPackets): Faults {
  const places = new Set<number>();
  const failedReleases = new Set<number>();
  const has = (place: number) => places.has(place) || failedReleases.has(place);
  return {
    add: (place, line = '') => {
      (isFailedRelease(line) ? failedReleases : places).add(place);
    },
    has,
    lieAt: (place = Number.NaN) => has(place) || has(place - 0.5),
    reach: (place, start) => {
      const releases = [...failedReleases].filter((release) => !isOfStart(known, release));
      return [...places, ...releases].some((fault) => reaches(known, { fault, place, start }));
    },
  };
}

/**
 * Whether a picture that cannot be forgotten lies before the start of a clip that was cut out of a longer one, so that packets are
 * shown before its first keyframe. They are no frames of the clip.
 */
function isOfStart({ keyframes, shownAt }: KnownPackets, release: number): boolean {
  const [first, second] = keyframes;
  if (!first || release < first.least || (second && release >= second.least)) return false;
  for (let packet = 0; packet <= release; packet++) if (shownAt(packet) < first.stamp) return true;
  return false;
}

/** Whether damage of a packet reaches a frame whose decoding begins at a start. */
function reaches(
  { keyframes, isNeverReferred, shownAt }: KnownPackets,
  { fault, place, start }: { fault: number; place: Place; start: number },
): boolean {
  if (fault >= place.least && fault <= place.most) return true;
  if (fault <= start || fault > place.most || isNeverReferred(fault)) return false;
  const key = keyframes.findLast(({ least }) => least < fault);
  const isShownBefore = key !== undefined && shownAt(fault) < key.stamp;
  return !isShownBefore || place.stamp < key.stamp;
}
