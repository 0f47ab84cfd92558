import { describe, expect, it } from 'vitest';
import { measureIntervals, overlapOf } from '../../../src/tasks/classification/interval-metrics.js';

const labelled = (video: string, startSeconds: number, endSeconds: number, label = 'fall') => ({
  video,
  label,
  startSeconds,
  endSeconds,
});
const found = (
  video: string,
  startSeconds: number,
  endSeconds: number,
  probability: number,
  label = 'fall',
) => ({
  ...labelled(video, startSeconds, endSeconds, label),
  probability,
});

describe('overlapOf', () => {
  it.each([
    ['the same', [0, 10], [0, 10], 1],
    ['one in the other', [0, 10], [0, 5], 0.5],
    ['half each', [0, 10], [5, 15], 1 / 3],
    ['one after the other', [0, 10], [10, 20], 0],
    ['apart', [0, 1], [5, 6], 0],
  ])('is the intersection by the union: %s', (_, one, other, share) => {
    const interval = ([startSeconds, endSeconds]: readonly number[]) => ({
      startSeconds: startSeconds!,
      endSeconds: endSeconds!,
    });
    expect(overlapOf(interval(one), interval(other))).toBeCloseTo(share, 12);
  });
});

describe('measureIntervals', () => {
  it('gives 1 at every overlap where all is found, and nothing else', () => {
    const truth = [labelled('a', 0, 10), labelled('a', 20, 30), labelled('b', 5, 8, 'jump')];
    const figures = measureIntervals(
      truth,
      truth.map((each) => ({ ...each, probability: 0.9 })),
    );
    expect(figures.map(({ overlap, meanAveragePrecision }) => [overlap, meanAveragePrecision])).toEqual([
      [0.3, 1],
      [0.5, 1],
      [0.7, 1],
    ]);
  });

  it('is right by overlap', () => {
    const figures = measureIntervals([labelled('a', 0, 10)], [found('a', 4, 10, 0.9)]);
    expect(figures.map(({ meanAveragePrecision }) => meanAveragePrecision)).toEqual([1, 1, 0]);
    expect(figures[2]!.classes).toEqual([
      { label: 'fall', labelled: 1, found: 1, averagePrecision: 0, precision: 0, recall: 0 },
    ]);
  });

  it('takes the area under precision by recall, as computed by hand', () => {
    const truth = [labelled('a', 0, 10), labelled('a', 20, 30), labelled('a', 40, 50)];
    // By falling probability: right, wrong, right, wrong; one of three is missed.
    const detections = [
      found('a', 20, 30, 0.7),
      found('a', 0, 10, 0.9),
      found('a', 60, 70, 0.8),
      found('a', 80, 90, 0.6),
    ];
    const [figures] = measureIntervals(truth, detections);
    // Recall 1/3 at precision 1, recall 2/3 at precision 2/3.
    expect(figures!.meanAveragePrecision).toBeCloseTo(1 / 3 + (1 / 3) * (2 / 3), 12);
    expect(figures!.classes[0]).toMatchObject({ precision: 0.5, recall: 2 / 3 });
  });

  it('lets one interval be found once, in its own video, by its own class', () => {
    const truth = [labelled('a', 0, 10)];
    const twice = measureIntervals(truth, [found('a', 0, 10, 0.9), found('a', 0, 9, 0.8)]);
    expect(twice[0]!.classes[0]).toMatchObject({ precision: 0.5, recall: 1, averagePrecision: 1 });
    const elsewhere = measureIntervals(truth, [found('b', 0, 10, 0.9), found('a', 0, 10, 0.9, 'jump')]);
    expect(elsewhere[0]!.meanAveragePrecision).toBe(0);
  });

  it('is the mean of the classes that are labelled', () => {
    const truth = [labelled('a', 0, 10), labelled('a', 0, 10, 'jump')];
    const [figures] = measureIntervals(truth, [found('a', 0, 10, 0.5), found('a', 0, 10, 0.9, 'wave')]);
    expect(figures!.classes.map(({ label, averagePrecision }) => [label, averagePrecision])).toEqual([
      ['fall', 1],
      ['jump', 0],
    ]);
    expect(figures!.meanAveragePrecision).toBe(0.5);
  });
});
