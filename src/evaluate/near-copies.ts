import { type FramePrint, isNearly } from './frame-print.js';
import { type Hash, type HashIndex, type HashSearch, indexHashes } from './hash-index.js';

/** A clip as it is compared with others. */
export interface PrintedClip {
  /** Copies within one part are no concern. */
  readonly part: string;
  /** Digest of the bytes, null when they cannot be read: clips of the same bytes are not compared. */
  readonly content: string | null;
  /** At least one. */
  readonly frames: readonly FramePrint[];
}

/** Share of the frames of either clip that must have a counterpart in the other. */
const MOST = 0.75;

/**
 * All pairs of clips of unlike parts and contents in which most frames of either have nearly the same one in the
 * other: their indices, the smaller first, in order. The time grows with the clips and with the pairs that share scenes,
 * not with all pairs.
 */
export function nearCopies(clips: readonly PrintedClip[]): Array<[number, number]> {
  const pairs: Array<[number, number]> = [];
  const before: number[] = [];
  for (const own of byPart(clips)) {
    const copiesOf = before.length > 0 ? finderAmong(clips, own) : () => [];
    for (const one of before) {
      for (const other of copiesOf(one)) pairs.push([Math.min(one, other), Math.max(one, other)]);
    }
    for (const index of own) before.push(index);
  }
  return pairs.sort(([one, other], [another, fourth]) => one - another || other - fourth);
}

/** As nearCopies, whatever parts the clips are of. */
export function nearCopiesAmong(clips: readonly PrintedClip[]): Array<[number, number]> {
  const copiesOf = finderAmong(clips, [...clips.keys()]);
  return clips.flatMap((_, one) =>
    copiesOf(one)
      .filter((other) => other > one)
      .sort((first, second) => first - second)
      .map((other): [number, number] => [one, other]),
  );
}

/**
 * Whether near copies show their frames in the same order: in most frames of either, one after the other, and no better
 * backwards, which tells a slow scene from the same one reversed.
 */
export function isSameOrder(one: readonly FramePrint[], other: readonly FramePrint[]): boolean {
  const [ahead, back] = [coveredInOrder(one, other), coveredInOrder(other, one)];
  const backwards = coveredInOrder(one, other.toReversed()) + coveredInOrder(other, one.toReversed());
  const areMost = ahead >= one.length - mostMissing(one) && back >= other.length - mostMissing(other);
  return areMost && ahead + back >= backwards;
}

/** The most frames of one clip that have nearly the same one in another, none before that of an earlier frame. */
function coveredInOrder(frames: readonly FramePrint[], others: readonly FramePrint[]): number {
  // Of the frames so far, up to each of the others.
  const most = others.map(() => 0);
  for (const frame of frames) {
    let before = 0;
    for (const [place, other] of others.entries()) {
      before = Math.max(before, most[place]! + (isNearly(frame, other) ? 1 : 0));
      most[place] = before;
    }
  }
  return most.at(-1) ?? 0;
}

function byPart(clips: readonly PrintedClip[]): Iterable<number[]> {
  const parts = new Map<string, number[]>();
  for (const [index, { part }] of clips.entries()) {
    const own = parts.get(part);
    if (own) own.push(index);
    else parts.set(part, [index]);
  }
  return parts.values();
}

/** Finds the copies of a clip among those that are given. */
function finderAmong(clips: readonly PrintedClip[], own: readonly number[]): (index: number) => number[] {
  const entries = own.flatMap((index) => distinct(clips[index]!.frames).map(({ hash }) => ({ index, hash })));
  const hashes = indexHashes(entries.map(({ hash }) => hash));
  const comparedWith = new Int32Array(clips.length).fill(-1);
  return (one) => {
    const copies: number[] = [];
    const compare = (entry: number) => {
      const other = entries[entry]!.index;
      if (comparedWith[other] === one) return;
      comparedWith[other] = one;
      if (areCopies(clips[one]!, clips[other]!)) copies.push(other);
    };
    for (const search of tellingSearches(clips[one]!.frames, hashes)) search.visitNear(compare);
    return copies;
  };
}

/**
 * Searches for so many frames that any copy has a counterpart of one: more than may lack it. Those that compare with the
 * fewest others, so that a title which thousands of clips begin with does not make all of them candidates.
 */
function tellingSearches(frames: readonly FramePrint[], index: HashIndex): HashSearch[] {
  const chosen = frames
    .map(({ hash }) => ({ hash, search: index.search(hash) }))
    .sort((one, other) => one.search.comparisons - other.search.comparisons)
    .slice(0, mostMissing(frames) + 1);
  return distinct(chosen).map(({ search }) => search);
}

/** The first of those with one hash. */
const distinct = <T extends { readonly hash: Hash }>(frames: readonly T[]): T[] =>
  frames.filter(
    ({ hash: [low, high] }, place) =>
      frames.findIndex(({ hash }) => hash[0] === low && hash[1] === high) === place,
  );

const areCopies = (one: PrintedClip, other: PrintedClip): boolean =>
  one.content !== other.content && isCovered(one.frames, other.frames) && isCovered(other.frames, one.frames);

/** Whether most frames of one clip have nearly the same one in another. */
function isCovered(frames: readonly FramePrint[], others: readonly FramePrint[]): boolean {
  let missing = 0;
  for (const frame of frames) {
    if (!others.some((other) => isNearly(frame, other))) missing++;
    if (missing > mostMissing(frames)) return false;
  }
  return true;
}

const mostMissing = ({ length }: readonly FramePrint[]): number => Math.floor((1 - MOST) * length);
