import type { Example, SplitName } from '../datasets/dataset.js';
import type { Split } from '../datasets/split.js';
import type { Cache } from '../inputs/feature-cache.js';
import { concurrently } from '../platform/concurrently.js';
import { isFailureOfInput } from '../platform/failure-of-input.js';
import { unlessUnavailable } from '../platform/lack.js';
import { stopIfAborted } from '../platform/stop-if-aborted.js';
import { type ClipPrint, clipPrint, contentOf, isDetailed } from './clip-print.js';
import { isSameOrder, nearCopies, type PrintedClip } from './near-copies.js';

/** What two examples must not have in common. */
export const LEAK_KINDS = ['content', 'frames', 'order', 'labels'] as const;

/** Two examples in different parts of a split that are one and the same, or nearly; or that contradict each other. */
export interface Leak {
  /**
   * `content`: the same bytes, or letter for letter the same text; `frames`: most frames are nearly the same; `order`: so
   * they are, in another order and under another class, which may be right; `labels`: the same content, but another class,
   * in different parts or in one.
   */
  readonly kind: (typeof LEAK_KINDS)[number];
  readonly ids: readonly [string, string];
  readonly parts: readonly [SplitName, SplitName];
}

/**
 * Finds what a split tears apart although it is the same: files of the same content, and clips most of whose
 * frames look the same by perceptual hash and colours. Also what is given under two classes. Each clip is decoded once for it, and its thumbnails are
 * kept in the cache; a clip that cannot be read is passed over. Pictures of digits, which all look alike, and texts
 * are compared by content only.
 *
 * @throws UserError `aborted`, or what is missing on this machine.
 */
export async function findLeaks(
  split: Split,
  options: { cache: Cache; signal?: AbortSignal | undefined; onClip?: (done: number, total: number) => void },
): Promise<Leak[]> {
  const placed = (['train', 'validation', 'test'] as const).flatMap((part) =>
    split[part].map((example) => ({ example, part })),
  );
  const isTorn = new Set(placed.map(({ part }) => part)).size > 1;
  let done = 0;
  const prints = await concurrently(placed, async ({ example, part }) => {
    stopIfAborted(options.signal, 'examples were compared');
    const print = await printOf(example, { ...options, isTorn });
    options.onClip?.(++done, placed.length);
    return { example, part, ...print };
  });
  return [...sameContent(prints), ...sameFrames(prints), ...contradictions(prints)];
}

interface Print extends PrintedClip {
  readonly example: Example;
  readonly part: SplitName;
}

async function printOf(
  example: Example,
  options: { cache: Cache; isTorn: boolean; signal?: AbortSignal | undefined },
): Promise<ClipPrint> {
  const content = await unlessUnavailable(contentOf(example));
  if (content === null || !options.isTorn) return { content, frames: [] };
  try {
    return await clipPrint(example, { ...options, content });
  } catch (error) {
    if (!isFailureOfInput(error)) throw error;
    return { content, frames: [] };
  }
}

function sameContent(prints: readonly Print[]): Leak[] {
  const firsts = new Map<string, Print>();
  return prints.flatMap((print): Leak[] => {
    if (print.content === null) return [];
    const first = firsts.get(print.content);
    if (!first) firsts.set(print.content, print);
    return first && first.part !== print.part ? [leak('content', first, print)] : [];
  });
}

function sameFrames(prints: readonly Print[]): Leak[] {
  const detailed = prints.filter(isDetailed);
  return nearCopies(detailed).map(([first, second]) => {
    const [one, other] = [detailed[first]!, detailed[second]!];
    const isOther = one.example.label !== other.example.label && !isSameOrder(one.frames, other.frames);
    return leak(isOther ? 'order' : 'frames', one, other);
  });
}

/** The same part of the same file under two classes: each class against the first one. */
function contradictions(prints: readonly Print[]): Leak[] {
  const firsts = new Map<string, Print>();
  const told = new Set<string>();
  return prints.flatMap((print): Leak[] => {
    if (print.content === null) return [];
    const { startSeconds, endSeconds, label } = print.example;
    const key = JSON.stringify([print.content, startSeconds, endSeconds]);
    const first = firsts.get(key);
    if (!first) firsts.set(key, print);
    const ofClass = `${key} ${label}`;
    if (!first || first.example.label === label || told.has(ofClass)) return [];
    told.add(ofClass);
    return [leak('labels', first, print)];
  });
}

const leak = (kind: Leak['kind'], one: Print, other: Print): Leak => ({
  kind,
  ids: [one.example.id, other.example.id],
  parts: [one.part, other.part],
});
