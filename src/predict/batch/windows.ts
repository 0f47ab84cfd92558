import { isUnlike, type Limits } from '../../tasks/classification/answer.js';
import { argmax } from '../../tensors/largest.js';
import { meanOf } from '../../tensors/mean.js';
import type { ClipResult } from '../classify-clip.js';

/** How a long clip is cut into windows, each of which is classified by itself. */
export interface Windowing {
  readonly windowSeconds: number;
  /** From one window's start to the next one's; windows overlap when it is shorter than a window. */
  readonly strideSeconds: number;
  /** A class begins where it is at least as probable as this; as an answer has to be when absent. In [0, 1]. */
  readonly enter?: number | undefined;
  /** It goes on as long as it is at least as probable as this: at most `enter`, and that when absent. */
  readonly leave?: number | undefined;
}

export interface Span {
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** A part of a clip that shows one class. */
export interface Segment extends Span {
  readonly label: string;
  /** Mean over the part. */
  readonly probability: number;
}

/** The windows that cover a part of a clip. The last one ends with it, and may be shorter. */
export function windowsOf({ startSeconds, endSeconds }: Span, windowing: Windowing): Span[] {
  const { windowSeconds, strideSeconds } = windowing;
  const windows: Span[] = [];
  for (let index = 0; ; index++) {
    const whole = windowAt(index, { startSeconds, windowing });
    const start = whole.startSeconds;
    const end = toMilliseconds(Math.min(whole.endSeconds, endSeconds));
    if (end > start) windows.push({ startSeconds: start, endSeconds: end });
    // A window that reaches the end leaves nothing to the next one; strides longer than windows leave gaps.
    if (start + windowSeconds >= endSeconds || start + strideSeconds >= endSeconds) return windows;
  }
}

/** A window of what goes on beyond its end. @param from.startSeconds of the first one. */
export function windowAt(
  index: number,
  { startSeconds, windowing }: { startSeconds: number; windowing: Windowing },
): Span {
  const start = toMilliseconds(startSeconds + index * windowing.strideSeconds);
  return { startSeconds: start, endSeconds: toMilliseconds(start + windowing.windowSeconds) };
}

/** How many windows windowsOf gives at most. */
export function countWindows({ startSeconds, endSeconds }: Span, { strideSeconds }: Windowing): number {
  return Math.max(1, Math.ceil((endSeconds - startSeconds) / strideSeconds));
}

/** Fractions of a millisecond would be rounding's, not the clip's. */
const toMilliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** How probable a class has to be to begin, and to go on. In [0, 1], `leave` at most `enter`. */
export interface Thresholds {
  readonly enter: number;
  readonly leave: number;
}

export function thresholdsOf(
  { enter, leave }: Pick<Windowing, 'enter' | 'leave'>,
  { minProbability }: Limits,
): Thresholds {
  const own = enter ?? minProbability;
  return { enter: own, leave: leave ?? own };
}

/**
 * The class that is shown after another, with hysteresis: the most probable one, where it enters; else the one before, until
 * it leaves. So a class that is near a threshold does not begin and end again and again.
 *
 * @param before index of the class that was shown; null where none was.
 */
export function classShown(
  probabilities: readonly number[],
  { before, enter, leave }: Thresholds & { before: number | null },
): number | null {
  const best = argmax(probabilities);
  if (probabilities[best]! >= enter) return best;
  return before !== null && probabilities[before]! >= leave ? before : null;
}

/**
 * Merges windows into segments: at each moment counts the mean of the windows that show it, and moments of one
 * class that follow each other are one segment. Where no class is probable enough (see classShown), there is
 * none; windows that are unlike what the model was trained on do not count.
 */
export function mergeWindows(
  windows: ReadonlyArray<Span & Pick<ClipResult, 'probabilities' | 'distance'>>,
  { labels, windowing, ...limits }: Limits & { labels: readonly string[]; windowing: Windowing },
): Segment[] {
  const thresholds = thresholdsOf(windowing, limits);
  const known = windows.filter(({ distance }) => !isUnlike(distance, limits));
  const borders = [...new Set(known.flatMap(({ startSeconds, endSeconds }) => [startSeconds, endSeconds]))];
  borders.sort((one, other) => one - other);
  const segments: Segment[] = [];
  let shown: number | null = null;
  for (const [index, endSeconds] of borders.entries()) {
    const startSeconds = borders[index - 1];
    if (startSeconds === undefined) continue;
    const means = meansBetween(known, { startSeconds, endSeconds });
    shown = means && classShown(means, { before: shown, ...thresholds });
    if (!means || shown === null) continue;
    append(segments, { startSeconds, endSeconds, label: labels[shown]!, probability: means[shown]! });
  }
  return segments;
}

/** Of each class, over the windows that show a moment; null where none does. */
function meansBetween(
  windows: ReadonlyArray<Span & Pick<ClipResult, 'probabilities'>>,
  { startSeconds, endSeconds }: Span,
): number[] | null {
  const shown = windows.filter((each) => each.startSeconds <= startSeconds && each.endSeconds >= endSeconds);
  const [first] = shown;
  return first
    ? first.probabilities.map((_, label) => meanOf(shown.map(({ probabilities }) => probabilities[label]!)))
    : null;
}

function append(segments: Segment[], next: Segment): void {
  const last = segments.at(-1);
  if (last?.label !== next.label || last.endSeconds !== next.startSeconds) {
    segments.push(next);
    return;
  }
  const [before, added] = [last, next].map(({ startSeconds, endSeconds }) => endSeconds - startSeconds) as [
    number,
    number,
  ];
  const probability = (last.probability * before + next.probability * added) / (before + added);
  segments[segments.length - 1] = { ...last, endSeconds: next.endSeconds, probability };
}
