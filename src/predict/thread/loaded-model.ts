import type { Bundle } from '../../bundle/bundle.js';
import { framesOf } from '../../inputs/input-kinds.js';
import type { LoadedModel } from './protocol.js';

/** What a thread needs of a model. */
export function loadedModel({ networks, members, manifest }: Bundle): LoadedModel {
  const { temperature, pipeline, weights } = manifest;
  return { frames: framesOf(pipeline.input), networks, members, digest: weights.sha256, temperature };
}
