import type { FramesInput } from '../../pipeline/schema.js';
import {
  type ClipOptions,
  type ClipResult,
  classifyClip,
  type OpenableClip,
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
  { clip, open }: OpenableClip,
  options: ClipOptions & { input: FramesInput; windowing: Windowing },
): Promise<WindowResult[]> {
  const { durationSeconds } = await openForModel({ clip, open }, options);
  const startSeconds = clip.startSeconds ?? 0;
  const endSeconds = Math.min(clip.endSeconds ?? durationSeconds, durationSeconds);
  const results: WindowResult[] = [];
  for (const window of windowsOf({ startSeconds, endSeconds }, options.windowing)) {
    const result = await classifyClip({ clip: { ...clip, ...window }, open }, options);
    results.push({ ...result, ...window });
  }
  return results;
}
