import type { Sampling } from '../../media/frame-schema.js';
import { locateClip } from '../../media/locate.js';
import { unlessUnavailable } from '../../platform/lack.js';
import type { ReadableExample } from '../sequence-reader.js';

/**
 * Says that image sequences have fewer pictures than timesteps that are sampled, and which setting to change; null
 * where none has. What cannot be read is named by whoever reads it.
 */
export async function fewPictures(
  examples: readonly ReadableExample[],
  sampling: Sampling,
): Promise<string | null> {
  if (sampling.kind !== 'uniform' && sampling.kind !== 'segments') return null;
  const counts: number[] = [];
  for (const example of examples) {
    const clip = example.image ? null : await unlessUnavailable(locateClip(example.path));
    if (clip?.kind === 'images' && clip.paths.length < sampling.frames) counts.push(clip.paths.length);
  }
  if (counts.length === 0) return null;
  const fewest = counts.reduce((least, count) => Math.min(least, count));
  return `${counts.length} of ${examples.length} examples have fewer pictures (the shortest ${fewest}) than the ${sampling.frames} timesteps that input.sampling.frames asks for: pictures are read more than once. For one timestep a picture: --set 'input.sampling={kind: keyframes, maxFrames: ${sampling.frames}}'.`;
}
