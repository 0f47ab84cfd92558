import { UserError } from '../../errors.js';
import type { FramesInput } from '../../inputs/video/frames-schema.js';
import {
  type ClipOptions,
  type ClipPart,
  type ClipResult,
  classifyClip,
  openForModel,
} from '../classify-clip.js';
import { countWindows, type Span, type Windowing, windowsOf } from './windows.js';

export type WindowResult = ClipResult & Span;

/** A day of windows a second each is less. What has more says so by mistake, or to fill the memory. */
const MOST_WINDOWS = 100_000;

/**
 * Classifies a clip window by window.
 *
 * @returns at least one window.
 * @throws UserError as openClip; `too_large` for a clip of more windows than any is meant to have; ComputeFailure.
 */
export async function classifyWindows(
  clip: ClipPart,
  options: ClipOptions & { input: FramesInput; windowing: Windowing },
): Promise<WindowResult[]> {
  const { durationSeconds, located } = await openForModel(clip, options);
  const startSeconds = clip.startSeconds ?? 0;
  const endSeconds = Math.min(clip.endSeconds ?? durationSeconds, durationSeconds);
  const count = countWindows({ startSeconds, endSeconds }, options.windowing);
  if (count > MOST_WINDOWS) throw tooManyWindows(clip.located.input, count);
  const results: WindowResult[] = [];
  for (const window of windowsOf({ startSeconds, endSeconds }, options.windowing)) {
    const result = await classifyClip({ located, ...window }, options);
    results.push({ ...result, ...window });
  }
  return results;
}

/** Wall time of all windows together, to a tenth of a millisecond. */
export function totalMilliseconds(
  results: ReadonlyArray<Pick<ClipResult, 'milliseconds'>>,
): ClipResult['milliseconds'] {
  const total = (name: keyof ClipResult['milliseconds']) =>
    Math.round(results.reduce((sum, { milliseconds }) => sum + milliseconds[name], 0) * 10) / 10;
  return { decode: total('decode'), encode: total('encode'), recurrent: total('recurrent') };
}

/** The error of asking for windows of what has none. @param noun as Input has it. */
export function withoutWindows(model: string, noun: string): UserError {
  return new UserError('usage', {
    problem: `The model ${model} reads ${noun}, which have no windows.`,
    fix: 'Leave out the window.',
  });
}

function tooManyWindows(input: string, count: number): UserError {
  return new UserError('too_large', {
    problem: `${input} has ${count} windows; at most ${MOST_WINDOWS} can be classified.`,
    fix: 'Make the stride longer, or cut the clip shorter.',
  });
}
