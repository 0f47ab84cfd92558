import { type Frame, type FrameRequest, openClip } from '../../src/media/frames.js';
import { locateClip } from '../../src/media/locate.js';
import { readNumber } from './numbered-clip.js';

/** Reads frames of a numbered clip; four of them, at the centres of equal spans, unless told otherwise. */
export async function readFrames(path: string, changes: Partial<FrameRequest> = {}): Promise<Frame[]> {
  const clip = await openClip(await locateClip(path), {
    sampling: { kind: 'uniform', frames: 4 },
    preprocessing: { size: 96, fit: 'squash', kernel: 'linear' },
    ...changes,
  });
  const frames: Frame[] = [];
  for await (const frame of clip.frames) frames.push(frame);
  return frames;
}

/** The numbers that these frames show. */
export async function readNumbers(path: string, changes: Partial<FrameRequest> = {}): Promise<number[]> {
  return (await readFrames(path, changes)).map(({ pixels }) => readNumber(pixels));
}
