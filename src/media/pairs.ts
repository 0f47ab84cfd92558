import type { Frame } from './clip.js';
import type { PairGap } from './frame-schema.js';
import { frameOnScreen, type Span, type Timeline } from './sampling.js';

/**
 * Reads the chosen frames, each with its partner when there is a gap to one: in one pass over the clip.
 *
 * @param read gives the frames of these indices into the timeline, never falling.
 */
export function readInPairs(
  options: ReadOptions,
  read: (frames: readonly number[]) => AsyncIterable<Frame>,
): AsyncIterable<Frame> {
  const { timeline, chosen, span, gap } = options;
  if (!gap) return read(chosen);
  const plan = planPairs(timeline, { chosen, span, gap });
  return pairUp(read(plan.frames), plan);
}

interface ReadOptions {
  readonly timeline: Timeline;
  readonly span: Span;
  /** Indices into the timeline, never falling, as sampleFrames gives them. */
  readonly chosen: readonly number[];
  readonly gap: PairGap | undefined;
}

/** Which frames are read, and which two of them belong together. */
export interface PairPlan {
  /** Indices into the timeline, rising, each once. */
  readonly frames: readonly number[];
  /** For each chosen frame, itself and its partner. */
  readonly pairs: ReadonlyArray<readonly [frame: number, partner: number]>;
}

/**
 * Finds each chosen frame's partner within the span. Near its end, where there is none so late, both move
 * towards the start; in a clip that is shorter than the gap, the pair is its first and last frame.
 *
 * @param chosen indices into the timeline, never falling, as sampleFrames gives them.
 */
export function planPairs(
  timeline: Timeline,
  { chosen, span, gap }: { chosen: readonly number[]; span: Span; gap: PairGap },
): PairPlan {
  const first = frameOnScreen(timeline, span.startSeconds);
  const last = lastFrame(timeline, span);
  const pairs = chosen.map((frame): [number, number] => {
    const partner = later(timeline, frame, gap);
    if (partner <= last) return [frame, partner];
    return [Math.max(first, Math.min(frame, earlier(timeline, last, gap))), last];
  });
  const frames = [...new Set(pairs.flat())].sort((one, other) => one - other);
  return { frames, pairs };
}

/**
 * Puts frames that were read by a plan together: each chosen one with its partner's pixels as `partner`. No
 * more frames are held than lie within the gap.
 */
export async function* pairUp(frames: AsyncIterable<Frame>, plan: PairPlan): AsyncGenerator<Frame, void> {
  const held = new Map<number, Frame>();
  const indices = plan.frames.values();
  let next = 0;
  for await (const frame of frames) {
    held.set(indices.next().value!, frame);
    for (; next < plan.pairs.length; next++) {
      const [one, other] = plan.pairs[next]!;
      const [chosen, partner] = [held.get(one), held.get(other)];
      if (!chosen || !partner) break;
      const isDamaged = chosen.isDamaged || partner.isDamaged;
      yield { ...chosen, pixels: chosen.pixels.slice(), partner: partner.pixels.slice(), isDamaged };
    }
    const needed = plan.pairs[next]?.[0] ?? Number.POSITIVE_INFINITY;
    for (const index of held.keys()) if (index < needed) held.delete(index);
  }
}

/** Infinite where the clip has ended by then. */
function later(timeline: Timeline, frame: number, gap: PairGap): number {
  if (gap.kind === 'frames') return frame + gap.frames;
  const seconds = timeline.startSeconds[frame]! + gap.seconds;
  return seconds < timeline.durationSeconds ? frameOnScreen(timeline, seconds) : Number.POSITIVE_INFINITY;
}

function earlier(timeline: Timeline, frame: number, gap: PairGap): number {
  if (gap.kind === 'frames') return frame - gap.frames;
  return frameOnScreen(timeline, timeline.startSeconds[frame]! - gap.seconds);
}

/** The last frame that appears before the span's end. */
function lastFrame(timeline: Timeline, { endSeconds }: Span): number {
  const onScreen = frameOnScreen(timeline, endSeconds);
  const isBehind = timeline.startSeconds[onScreen]! >= endSeconds && onScreen > 0;
  return isBehind ? onScreen - 1 : onScreen;
}
