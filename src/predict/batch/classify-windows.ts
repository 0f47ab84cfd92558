import type { FramesInput } from '../../inputs/video/frames-schema.js';
import {
  type ClipOptions,
  type ClipPart,
  type ClipResult,
  classifyClip,
  openForModel,
} from '../classify-clip.js';
import { type Span, type Windowing, windowsOf } from './windows.js';

export type WindowResult = ClipResult & Span;

/**
 * Classifies a clip window by window.
 *
 * @returns at least one window.
 * @throws UserError as openClip; ComputeFailure.
 */
export async function classifyWindows(
  clip: ClipPart,
  options: ClipOptions & { input: FramesInput; windowing: Windowing },
): Promise<WindowResult[]> {
  const { durationSeconds, located } = await openForModel(clip, options);
  const startSeconds = clip.startSeconds ?? 0;
  const endSeconds = Math.min(clip.endSeconds ?? durationSeconds, durationSeconds);
  const results: WindowResult[] = [];
  for (const window of windowsOf({ startSeconds, endSeconds }, options.windowing)) {
    const result = await classifyClip({ located, ...window }, options);
    results.push({ ...result, ...window });
  }
  return results;
}
