import { describe, expect, it } from 'vitest';
import { asSrt, asVtt } from '../../../src/predict/batch/subtitles.js';
import { classShown, mergeWindows, windowsOf } from '../../../src/predict/batch/windows.js';

const spans = (endSeconds: number, windowSeconds: number, strideSeconds: number, startSeconds = 0) =>
  windowsOf({ startSeconds, endSeconds }, { windowSeconds, strideSeconds }).map((each) => [
    each.startSeconds,
    each.endSeconds,
  ]);

describe('windowsOf', () => {
  it.each([
    [
      'one after the other',
      spans(6, 2, 2),
      [
        [0, 2],
        [2, 4],
        [4, 6],
      ],
    ],
    [
      'with a shorter last one',
      spans(5, 2, 2),
      [
        [0, 2],
        [2, 4],
        [4, 5],
      ],
    ],
    [
      'overlapping, up to the one that reaches the end',
      spans(5, 2, 1),
      [
        [0, 2],
        [1, 3],
        [2, 4],
        [3, 5],
      ],
    ],
    [
      'with gaps',
      spans(7, 1, 3),
      [
        [0, 1],
        [3, 4],
        [6, 7],
      ],
    ],
    ['one for a clip that is shorter', spans(0.04, 10, 10), [[0, 0.04]]],
    [
      'of a part',
      spans(3.5, 1, 1, 1.5),
      [
        [1.5, 2.5],
        [2.5, 3.5],
      ],
    ],
    [
      "without rounding's own windows",
      spans(0.9, 0.3, 0.3),
      [
        [0, 0.3],
        [0.3, 0.6],
        [0.6, 0.9],
      ],
    ],
  ])('covers a clip with windows: %s', (_, windows, expected) => {
    expect(windows).toEqual(expected);
  });
});

describe('mergeWindows', () => {
  const labels = ['calm', 'wild'];
  const windowing = { windowSeconds: 2, strideSeconds: 1 };
  const window = (startSeconds: number, endSeconds: number, wild: number) => ({
    startSeconds,
    endSeconds,
    probabilities: [1 - wild, wild],
  });

  it('joins windows of one class, and weighs their probabilities by their length', () => {
    const windows = [window(0, 2, 0.1), window(2, 4, 0.2), window(4, 5, 0.9)];
    expect(mergeWindows(windows, { labels, windowing, minProbability: 0 })).toEqual([
      { startSeconds: 0, endSeconds: 4, label: 'calm', probability: expect.closeTo(0.85, 12) },
      { startSeconds: 4, endSeconds: 5, label: 'wild', probability: 0.9 },
    ]);
  });

  it('takes the mean of windows that overlap', () => {
    const windows = [window(0, 2, 0.2), window(1, 3, 1)];
    expect(mergeWindows(windows, { labels, windowing, minProbability: 0 })).toEqual([
      { startSeconds: 0, endSeconds: 1, label: 'calm', probability: 0.8 },
      { startSeconds: 1, endSeconds: 3, label: 'wild', probability: expect.closeTo(0.8, 12) },
    ]);
  });

  it('leaves out what is not probable enough, and gaps between windows', () => {
    const windows = [window(0, 1, 0.9), window(1, 2, 0.6), window(2, 3, 0.9), window(4, 5, 0.9)];
    const segments = mergeWindows(windows, { labels, windowing, minProbability: 0.8 });
    expect(segments.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds])).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
  });

  it('lets a class that has entered go on until it leaves', () => {
    const windows = [0.7, 0.85, 0.6, 0.75, 0.55, 0.45, 0.6].map((wild, at) => window(at, at + 1, wild));
    const segmentsOf = (hysteresis: { enter?: number; leave?: number }) =>
      mergeWindows(windows, {
        labels,
        windowing: { ...windowing, ...hysteresis },
        minProbability: 0.65,
      }).map(({ startSeconds, endSeconds, label }) => [startSeconds, endSeconds, label]);
    expect(segmentsOf({ enter: 0.8, leave: 0.5 })).toEqual([[1, 5, 'wild']]);
    expect(segmentsOf({ enter: 0.8 })).toEqual([[1, 2, 'wild']]);
    expect(segmentsOf({ leave: 0.5 })).toEqual([[0, 5, 'wild']]);
    expect(segmentsOf({})).toEqual([
      [0, 2, 'wild'],
      [3, 4, 'wild'],
    ]);
  });
});

describe('classShown', () => {
  const thresholds = { enter: 0.6, leave: 0.2 };

  it('lets another class take over as soon as that enters', () => {
    expect(classShown([0.3, 0.7], { before: 0, ...thresholds })).toBe(1);
    expect(classShown([0.45, 0.55], { before: 0, ...thresholds })).toBe(0);
  });

  it('shows none where the one before has left and none enters', () => {
    expect(classShown([0.1, 0.5, 0.4], { before: 0, ...thresholds })).toBeNull();
    expect(classShown([0.4, 0.4, 0.2], { before: null, ...thresholds })).toBeNull();
  });
});

describe('subtitles', () => {
  const segments = [
    { startSeconds: 0, endSeconds: 61.25, label: 'a <b>\n\n& c', probability: 0.994 },
    { startSeconds: 3725.5, endSeconds: 3726, label: 'd', probability: 0.5 },
  ];

  it('are WebVTT, in which no label is markup or ends a cue', () => {
    expect(asVtt(segments)).toBe(
      'WEBVTT\n\n00:00:00.000 --> 00:01:01.250\na &lt;b&gt; &amp; c 99 %\n\n01:02:05.500 --> 01:02:06.000\nd 50 %\n',
    );
  });

  it('are SubRip', () => {
    expect(asSrt(segments)).toBe(
      '1\n00:00:00,000 --> 00:01:01,250\na <b> & c 99 %\n\n2\n01:02:05,500 --> 01:02:06,000\nd 50 %\n',
    );
  });
});
