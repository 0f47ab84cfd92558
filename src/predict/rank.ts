import { byProbability, type RankedClass, rankClasses } from '../tasks/classification/answer.js';
import { largest } from '../tensors/largest.js';
import type { ClipResult } from './classify-clip.js';

/** A class was seen in the frames that give it at least this share of what the surest of them does. */
const SHARE_OF_SUREST = 0.5;

/** The classes of a clip, the most probable ones first; where frames were answered, with the times of those that show each. */
export function rankResult(
  {
    probabilities,
    frameProbabilities,
    timesSeconds = [],
  }: Pick<ClipResult, 'probabilities' | 'frameProbabilities' | 'timesSeconds'>,
  labels: readonly string[],
): RankedClass[] {
  if (!frameProbabilities) return rankClasses(probabilities, labels);
  const seenAtSeconds = (index: number): number[] => {
    const ofFrames = frameProbabilities.map((frame) => frame[index]!);
    const bound = SHARE_OF_SUREST * largest(ofFrames);
    // Of a picture, or a clip of few frames, one frame is read several times.
    return [...new Set(timesSeconds.filter((_, frame) => ofFrames[frame]! >= bound))];
  };
  return labels
    .map((label, index) => ({
      label,
      probability: probabilities[index]!,
      seenAtSeconds: seenAtSeconds(index),
    }))
    .sort(byProbability);
}
