import type { FeatureBatch } from '../../inputs/batches.js';
import type { Feed } from './session.js';

/** float32 [batch, timesteps, inputs], zero past each length whatever lies there: 0 x NaN would be NaN. */
export function featuresFeed({ data, lengths, timesteps }: FeatureBatch): Feed {
  const width = data.length / (lengths.length * timesteps);
  const shape = [lengths.length, timesteps, width];
  if (lengths.every((length) => length === timesteps)) return { data, shape };
  const clean = data.slice();
  lengths.forEach((length, row) => {
    clean.fill(0, (row * timesteps + length) * width, (row + 1) * timesteps * width);
  });
  return { data: clean, shape };
}
