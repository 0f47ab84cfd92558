import { naturalOrder } from '../../platform/natural-order.js';

/** A part of a video that shows a class. */
export interface LabelledInterval {
  readonly video: string;
  readonly label: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** One that a model found. */
export interface FoundInterval extends LabelledInterval {
  /** How sure it is, in [0, 1]. */
  readonly probability: number;
}

/** How much of two intervals together both cover, at least, for one to be found by the other. */
export const OVERLAPS = [0.3, 0.5, 0.7] as const;

/** How well intervals were found where an overlap of so much counts. */
export interface IntervalFigures {
  readonly overlap: number;
  /** Mean of the average precisions of the classes that are labelled somewhere, in [0, 1]. */
  readonly meanAveragePrecision: number;
  readonly classes: readonly IntervalClass[];
}

export interface IntervalClass {
  readonly label: string;
  readonly labelled: number;
  readonly found: number;
  readonly averagePrecision: number;
  /** Share of what was found that is right; null where nothing was. */
  readonly precision: number | null;
  /** Share of what is labelled that was found. */
  readonly recall: number;
}

/**
 * Scores intervals in videos as ActivityNet does (Caba Heilbron et al. 2015): of each class, those that were found are taken
 * by falling probability, and each is right that overlaps a labelled one enough which no other has found yet, the one that
 * it overlaps most. The area under precision by recall, precision made to fall, is the average precision.
 *
 * Overlap is the intersection of two intervals by their union. Classes without a labelled interval do not count.
 *
 * @param labelled at least one.
 */
export function measureIntervals(
  labelled: readonly LabelledInterval[],
  found: readonly FoundInterval[],
): IntervalFigures[] {
  const labels = [...new Set(labelled.map(({ label }) => label))].sort(naturalOrder);
  return OVERLAPS.map((overlap) => {
    const classes = labels.map((label) => {
      const of = { label, overlap };
      return measureClass({ labelled: labelled.filter(isOf(label)), found: found.filter(isOf(label)) }, of);
    });
    const sum = classes.reduce((total, { averagePrecision }) => total + averagePrecision, 0);
    return { overlap, meanAveragePrecision: sum / classes.length, classes };
  });
}

const isOf =
  (label: string) =>
  (interval: LabelledInterval): boolean =>
    interval.label === label;

interface Intervals {
  readonly labelled: readonly LabelledInterval[];
  readonly found: readonly FoundInterval[];
}

function measureClass(
  { labelled, found }: Intervals,
  { label, overlap }: { label: string; overlap: number },
): IntervalClass {
  const right = areRight({ labelled, found }, overlap);
  const hits = right.filter((isRight) => isRight).length;
  return {
    label,
    labelled: labelled.length,
    found: found.length,
    averagePrecision: averagePrecision(right, labelled.length),
    precision: found.length > 0 ? hits / found.length : null,
    recall: hits / labelled.length,
  };
}

/** Whether each that was found is right, the surest first. */
function areRight({ labelled, found }: Intervals, overlap: number): boolean[] {
  const taken = new Set<LabelledInterval>();
  const surestFirst = [...found].sort((one, other) => other.probability - one.probability);
  return surestFirst.map((each) => {
    const near = labelled
      .filter((candidate) => candidate.video === each.video && !taken.has(candidate))
      .map((candidate) => ({ candidate, share: overlapOf(candidate, each) }))
      .filter(({ share }) => share >= overlap);
    if (near.length === 0) return false;
    taken.add(near.reduce((best, other) => (other.share > best.share ? other : best)).candidate);
    return true;
  });
}

/** Of two intervals, the share of their union that both cover. */
export function overlapOf(
  one: Pick<LabelledInterval, 'startSeconds' | 'endSeconds'>,
  other: Pick<LabelledInterval, 'startSeconds' | 'endSeconds'>,
): number {
  const both = Math.min(one.endSeconds, other.endSeconds) - Math.max(one.startSeconds, other.startSeconds);
  if (both <= 0) return 0;
  const lengths = [one, other].map(({ startSeconds, endSeconds }) => endSeconds - startSeconds);
  return both / (lengths[0]! + lengths[1]! - both);
}

function averagePrecision(right: readonly boolean[], labelled: number): number {
  let hits = 0;
  const points = right.map((isRight, index) => {
    hits += isRight ? 1 : 0;
    return { isRight, precision: hits / (index + 1) };
  });
  let highest = 0;
  let area = 0;
  // From the end, so that each point has the highest precision that comes with as much recall.
  for (const { isRight, precision } of points.reverse()) {
    highest = Math.max(highest, precision);
    if (isRight) area += highest / labelled;
  }
  return area;
}
