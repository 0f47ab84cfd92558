import { describe, expect, it } from 'vitest';
import type { FramePrint } from '../../src/evaluate/frame-print.js';
import { isSameOrder, nearCopies, type PrintedClip } from '../../src/evaluate/near-copies.js';
import { colourDistance, differingBits } from '../../src/evaluate/perceptual-hash.js';
import { type Random, random } from '../../src/random.js';
import { drawPrints } from '../support/drawn-prints.js';

/** Each clip with all others, each frame with all others, as the rule says: no more than 4 bits and 12 levels apart. */
function byComparingAll(clips: readonly PrintedClip[]): Array<[number, number]> {
  const isNear = (one: FramePrint, other: FramePrint) =>
    differingBits(one.hash[0], other.hash[0]) + differingBits(one.hash[1], other.hash[1]) <= 4 &&
    colourDistance(one.thumbnail, other.thumbnail) <= 12;
  const covers = (one: PrintedClip, other: PrintedClip) =>
    one.frames.filter((frame) => other.frames.some((seen) => isNear(frame, seen))).length >=
    0.75 * one.frames.length;
  return clips.flatMap((one, first) =>
    clips.flatMap((other, second): Array<[number, number]> => {
      const isAsked = first < second && one.part !== other.part && one.content !== other.content;
      return isAsked && covers(one, other) && covers(other, one) ? [[first, second]] : [];
    }),
  );
}

function print(hash: readonly [number, number], thumbnail: Uint8Array): FramePrint {
  return { hash, thumbnail, brightness: thumbnail.reduce((sum, level) => sum + level, 0) };
}

const drawThumbnail = (stream: Random) =>
  Uint8Array.from({ length: 8 * 9 * 3 }, () => stream.integer(20, 236));

/** The frame with some bits of its hash changed, and brighter: two changes of one frame differ by about the most that is near. */
function changed({ hash, thumbnail }: FramePrint, stream: Random): FramePrint {
  const words: [number, number] = [hash[0], hash[1]];
  const bits = stream.shuffle([...Array(64).keys()]).slice(0, stream.integer(0, 4));
  for (const bit of bits) words[bit >> 5]! ^= 1 << (bit & 31);
  const brighter = stream.integer(-8, 9);
  return print(
    words,
    thumbnail.map((level) => level + brighter),
  );
}

const PARTS = ['test', 'train', 'validation'];

/** Clips of 4 to 8 frames, each a change of one of a few frames. */
function clipsOf(frames: readonly FramePrint[], count: number, stream: Random): PrintedClip[] {
  return Array.from({ length: count }, () => {
    const start = stream.integer(0, frames.length);
    const length = stream.integer(4, 9);
    return {
      part: stream.pick(PARTS),
      content: `${stream.integer(0, 2 * count)}`,
      frames: Array.from({ length }, (_, place) => changed(frames[(start + place) % frames.length]!, stream)),
    };
  });
}

describe('nearCopies', () => {
  it.each([1, 2, 3])(
    'finds the pairs that comparing all finds, where many are at the limits: seed %i',
    (seed) => {
      const stream = random(seed, 'limits');
      const frames = Array.from({ length: 24 }, () =>
        print(
          [stream.integer(-(2 ** 31), 2 ** 31), stream.integer(-(2 ** 31), 2 ** 31)],
          drawThumbnail(stream),
        ),
      );
      const clips = clipsOf(frames, 500, stream);
      const pairs = byComparingAll(clips);
      expect(pairs.length).toBeGreaterThan(20);
      expect(nearCopies(clips)).toEqual(pairs);
    },
  );

  it('finds them among drawn scenes with titles and copies', () => {
    const clips = drawPrints(600, 1);
    const pairs = byComparingAll(clips);
    expect(pairs.length).toBeGreaterThan(5);
    expect(nearCopies(clips)).toEqual(pairs);
  });

  it('finds them where thousands of frames share one hash', () => {
    const stream = random(4, 'one hash');
    const clips = Array.from({ length: 700 }, (_, index) => {
      const thumbnail = new Uint8Array(8 * 9 * 3).fill(stream.integer(0, 256));
      const frames = Array.from({ length: 4 }, () => print([7, 7], thumbnail));
      return { part: PARTS[index % 3]!, content: `${index}`, frames };
    });
    expect(nearCopies(clips)).toEqual(byComparingAll(clips));
  });

  it('finds clips of which all but a few frames are a title that thousands share', () => {
    const stream = random(5, 'title');
    const title = print([1, 2], drawThumbnail(stream));
    const own = () => print([stream.integer(0, 2 ** 31), 5], drawThumbnail(stream));
    const clips = Array.from({ length: 400 }, (_, index) => {
      const frames = [...Array(5 + (index % 3)).fill(title), own(), own()].slice(0, 8);
      return { part: PARTS[index % 2]!, content: `${index}`, frames };
    });
    const pairs = byComparingAll(clips);
    expect(pairs.length).toBeGreaterThan(200);
    expect(nearCopies(clips)).toEqual(pairs);
  });

  it('finds none where there is nothing to compare', () => {
    expect(nearCopies([])).toEqual([]);
    expect(nearCopies(drawPrints(1, 1))).toEqual([]);
  });
});

describe('isSameOrder', () => {
  const stream = random(6, 'order');
  const frames = Array.from({ length: 8 }, (_, index) =>
    print([stream.integer(0, 2 ** 31), index], drawThumbnail(stream)),
  );

  it('tells copies, and a part of a clip, from the same frames in another order', () => {
    expect(isSameOrder(frames, frames)).toBe(true);
    expect(isSameOrder(frames, frames.slice(0, 6))).toBe(true);
    expect(
      isSameOrder(
        frames,
        frames.filter((_, place) => place % 4 > 0),
      ),
    ).toBe(true);
    expect(isSameOrder(frames, frames.toReversed())).toBe(false);
    expect(isSameOrder(frames, [...frames.slice(4), ...frames.slice(0, 4)])).toBe(false);
  });

  it('takes a slow scene that plays backwards for what it is, and one that stands still for a copy', () => {
    const slow = [0, 0, 0, 0, 0, 0, 1, 2].map((place) => frames[place]!);
    const still = Array.from({ length: 8 }, () => frames[0]!);
    expect(isSameOrder(slow, slow)).toBe(true);
    expect(isSameOrder(slow, slow.toReversed())).toBe(false);
    expect(isSameOrder(still, still.toReversed())).toBe(true);
  });
});
