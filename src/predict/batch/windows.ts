import { isUnlike, type Limits } from '../../tasks/classification/answer.js';
import { argmax } from '../../tensors/largest.js';
import type { ClipResult } from '../classify-clip.js';

/** How a long clip is cut into windows, each of which is classified by itself. */
export interface Windowing {
  readonly windowSeconds: number;
  /** From one window's start to the next one's; windows overlap when it is shorter than a window. */
  readonly strideSeconds: number;
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
    const start = toMilliseconds(startSeconds + index * strideSeconds);
    const end = toMilliseconds(Math.min(start + windowSeconds, endSeconds));
    if (end > start) windows.push({ startSeconds: start, endSeconds: end });
    // A window that reaches the end leaves nothing to the next one; strides longer than windows leave gaps.
    if (start + windowSeconds >= endSeconds || start + strideSeconds >= endSeconds) return windows;
  }
}

/** How many windows windowsOf gives at most. */
export function countWindows({ startSeconds, endSeconds }: Span, { strideSeconds }: Windowing): number {
  return Math.max(1, Math.ceil((endSeconds - startSeconds) / strideSeconds));
}

/** Fractions of a millisecond would be rounding's, not the clip's. */
const toMilliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/**
 * Merges windows into segments: at each moment counts the mean of the windows that show it, and moments of one
 * class that follow each other are one segment. Where no class is as probable as `minProbability`, there is
 * none; windows that are unlike what the model was trained on do not count.
 */
export function mergeWindows(
  windows: ReadonlyArray<Span & Pick<ClipResult, 'probabilities' | 'distance'>>,
  { labels, ...limits }: Limits & { labels: readonly string[] },
): Segment[] {
  const known = windows.filter(({ distance }) => !isUnlike(distance, limits));
  const borders = [...new Set(known.flatMap(({ startSeconds, endSeconds }) => [startSeconds, endSeconds]))];
  borders.sort((one, other) => one - other);
  const segments: Segment[] = [];
  for (const [index, endSeconds] of borders.entries()) {
    const startSeconds = borders[index - 1];
    if (startSeconds === undefined) continue;
    const shown = known.filter((each) => each.startSeconds <= startSeconds && each.endSeconds >= endSeconds);
    if (shown.length === 0) continue;
    const means = labels.map((_, label) => mean(shown.map(({ probabilities }) => probabilities[label]!)));
    const best = argmax(means);
    if (means[best]! < limits.minProbability) continue;
    append(segments, { startSeconds, endSeconds, label: labels[best]!, probability: means[best]! });
  }
  return segments;
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

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
