import { describe, expect, test } from 'vitest';
import {
  type ClipFacts,
  evenPeriod,
  indexFrames,
  isInOrder,
  type Packet,
} from '../../../src/media/video/packet-index.js';

const packet = (presentationSeconds: number, changes: Partial<Packet> = {}): Packet => ({
  presentationSeconds,
  decodingSeconds: Number.NaN,
  durationSeconds: 0.1,
  isKeyframe: false,
  isDiscarded: false,
  ...changes,
});

const key = (presentationSeconds: number, changes: Partial<Packet> = {}) =>
  packet(presentationSeconds, { isKeyframe: true, ...changes });

const facts = (changes: Partial<ClipFacts> = {}): ClipFacts => ({
  storesTimeStamps: true,
  framesPerSecond: 10,
  durationSeconds: Number.NaN,
  ...changes,
});

/** What matters of an index, as plain values. */
function summary(packets: readonly Packet[], changes: Partial<ClipFacts> = {}) {
  const index = indexFrames(packets, facts(changes));
  return (
    index && {
      kind: index.kind,
      positions: [...index.positions],
      starts: [...index.timeline.startSeconds],
      keyframes: index.timeline.isKeyframe.flatMap((isKeyframe, frame) => (isKeyframe ? [frame] : [])),
      duration: index.timeline.durationSeconds,
    }
  );
}

describe('a clip with time stamps', () => {
  test('has its frames in the order of showing, from 0', () => {
    expect(summary([key(5), packet(5.3), packet(5.1), packet(5.2), key(5.4)])).toEqual({
      kind: 'stamped',
      positions: [5, 5.1, 5.2, 5.3, 5.4],
      starts: [0, 0.1, 0.2, 0.3, 0.4],
      keyframes: [0, 4],
      duration: 0.5,
    });
  });

  test('ends with its last frame, however long that is shown', () => {
    expect(summary([key(0), packet(0.1, { durationSeconds: 3 })])?.duration).toBe(3.1);
    expect(summary([key(0), packet(0.1), packet(0.2, { durationSeconds: Number.NaN })])?.duration).toBe(0.3);
    expect(summary([key(0, { durationSeconds: 0 })])?.duration).toBe(0.1);
  });

  test('begins with its first keyframe: what comes before cannot be decoded', () => {
    const cutAnywhere = [packet(1), packet(1.1), key(1.3), packet(1.2), packet(1.4)];
    expect(summary(cutAnywhere)?.positions).toEqual([1.3, 1.4]);
  });

  test('does not show what an edit list leaves out', () => {
    const trimmed = [
      key(-0.2, { isDiscarded: true }),
      packet(-0.1, { isDiscarded: true }),
      packet(0),
      packet(0.1),
    ];
    expect(summary(trimmed)?.positions).toEqual([0, 0.1]);
  });

  test('counts the two fields of a picture as one frame', () => {
    const fields = [key(0), packet(Number.NaN), packet(0.1), packet(0.1), packet(0.2)];
    expect(summary(fields)?.positions).toEqual([0, 0.1, 0.2]);
  });

  test('has its frames at their times of decoding where only some have a stamp', () => {
    const programStream = [
      key(0.54, { decodingSeconds: 0.5 }),
      packet(Number.NaN, { decodingSeconds: 0.54 }),
      packet(0.58, { decodingSeconds: 0.58 }),
      packet(0.62, { decodingSeconds: 0.62 }),
    ];
    expect(summary(programStream)).toMatchObject({
      kind: 'stamped',
      positions: [0.54, 0.58, 0.62, 0.66],
      keyframes: [0],
    });
  });

  test('takes everything where no packet is marked as a keyframe', () => {
    expect(summary([packet(0), packet(0.1)])?.positions).toEqual([0, 0.1]);
  });
});

describe('a clip without usable time stamps is counted', () => {
  test('when it has none, by its frame rate', () => {
    const raw = [key(Number.NaN), packet(Number.NaN), packet(Number.NaN)];
    expect(summary(raw)).toEqual({
      kind: 'counted',
      positions: [0, 1, 2],
      starts: [0, 0.1, 0.2],
      keyframes: [0],
      duration: 0.3,
    });
  });

  test('at 25 frames a second when nothing tells the rate', () => {
    const index = summary([key(Number.NaN), packet(Number.NaN)], { framesPerSecond: Number.NaN });
    expect(index?.duration).toBe(0.08);
  });

  test('when they are nearly all the same, over the length that it claims', () => {
    const wrong = [key(0), packet(0), packet(0.12), packet(0), packet(0)];
    expect(summary(wrong, { durationSeconds: 2 })).toMatchObject({
      kind: 'counted',
      starts: [0, 0.4, 0.8, 1.2, 1.6],
      duration: 2,
    });
  });

  test('when two recordings were joined, whose stamps overlap', () => {
    const joined = [0, 0.1, 0.2, 0, 0.1].map((seconds) => key(seconds, { decodingSeconds: seconds }));
    expect(summary(joined)?.kind).toBe('counted');
  });

  test('in AVI, where the times of decoding show that frames were dropped', () => {
    const gap = [0, 0.1, 0.2, 0.9].map((seconds) => key(Number.NaN, { decodingSeconds: seconds }));
    expect(summary(gap, { storesTimeStamps: false })).toMatchObject({
      kind: 'counted',
      positions: [0, 1, 2, 3],
      starts: [0, 0.1, 0.2, 0.9],
    });
  });
});

test('packets of which some have stamps are even, or are not', () => {
  const stamped = (...seconds: readonly number[]) =>
    seconds.map((decodingSeconds) => packet(decodingSeconds, { decodingSeconds }));
  const none = Number.NaN;
  expect(evenPeriod(stamped(0, none, none, 0.3, 0.4, none, 0.6))).toBeCloseTo(0.1, 6);
  // ffmpeg gives a stamp to the packet before, too.
  expect(evenPeriod(stamped(0, none, 0.3, 0.3, 0.4, none, 0.6))).toBeCloseTo(0.1, 6);
  expect(evenPeriod(stamped(0, none, none, 0.5, 0.6, none, 0.8))).toBeNull();
  expect(evenPeriod(stamped(none, none))).toBe(0);
});

test('there is no index of no frames', () => {
  expect(summary([])).toBeNull();
  expect(summary([key(0, { isDiscarded: true })])).toBeNull();
});

describe('frames are stored in the order of showing', () => {
  const raw = (dts: number, changes: Partial<Packet> = {}) =>
    packet(Number.NaN, { decodingSeconds: dts, ...changes });

  test.each([
    ['where their stamps rise', [key(0), packet(0.1), packet(0.2)], true],
    ['also in recordings that were joined', [...at([0, 0.1]), ...at([0, 0.1])], true],
    ['and not where these fall', at([0, 0.2, 0.1], [0, 0.1, 0.2]), false],
    ['of a raw stream where none has a stamp', [key(0, { decodingSeconds: 0 }), raw(0.1), raw(0.2)], true],
    ['and not where one has', [key(0, { decodingSeconds: 0 }), raw(0.1), ...at([0.2])], false],
  ])('%s', (_name, packets, expected) => {
    expect(isInOrder(packets)).toBe(expected);
  });

  function at(stamps: readonly number[], decoding: readonly number[] = stamps): Packet[] {
    return stamps.map((stamp, index) => packet(stamp, { decodingSeconds: decoding[index]! }));
  }
});
