import type { FeatureBatch, SequenceBatch } from '../inputs/batches.js';
import type { Shown } from '../tasks/classification/known-examples.js';
import type { FeaturePlace } from './feature-places.js';

/**
 * What shows of each sequence of a batch whether a member of a model was trained on the like.
 *
 * @param batch as loadEncoders gives its features, all members' together.
 * @param options.readout the member's, float32 [batch, width].
 */
export function shownOf(
  batch: SequenceBatch,
  { readout, place }: { readout: Float32Array; place: FeaturePlace },
): Shown[] {
  const width = readout.length / batch.lengths.length;
  return Array.from(batch.lengths, (length, row) => ({
    readout: readout.subarray(row * width, (row + 1) * width),
    statistics:
      batch.kind === 'features' && place.stride > place.width
        ? meanStatistics(ownTimesteps(batch, row), { length, place })
        : undefined,
  }));
}

/** Of one sequence, without what it is padded with: float32 [length, inputs]. */
function ownTimesteps({ data, lengths, timesteps }: FeatureBatch, row: number): Float32Array {
  const inputs = data.length / (lengths.length * timesteps);
  return data.subarray(row * timesteps * inputs, (row * timesteps + lengths[row]!) * inputs);
}

function meanStatistics(
  sequence: Float32Array,
  { length, place: { place, of, stride, width } }: { length: number; place: FeaturePlace },
): Float32Array {
  const count = stride - width;
  const pictures = sequence.length / (length * of * stride);
  const mean = new Float32Array(pictures * count);
  for (let row = 0; row < length * pictures; row++) {
    const from = (row * of + place) * stride + width;
    const to = (row % pictures) * count;
    for (let index = 0; index < count; index++) mean[to + index]! += sequence[from + index]! / length;
  }
  return mean;
}
