import type { SequenceBatch } from '../inputs/batches.js';
import type { Shown } from '../tasks/classification/known-distance.js';
import { type FeaturePlace, timestepWidth } from './feature-places.js';

/**
 * What shows of each sequence of a batch whether a member of a model was trained on the like.
 *
 * @param batch as inputs/video/sequences.ts gives it, with the features of all members.
 * @param options.readout the member's, float32 [batch, width].
 */
export function shownOf(
  batch: SequenceBatch,
  { readout, place }: { readout: Float32Array; place: FeaturePlace },
): Shown[] {
  const width = readout.length / batch.lengths.length;
  return Array.from(batch.lengths, (_, row) => ({
    readout: readout.subarray(row * width, (row + 1) * width),
    ...inputOf(batch, { row, place }),
  }));
}

/** What shows of a sequence beside what the network makes of it. */
function inputOf(
  batch: SequenceBatch,
  { row, place }: { row: number; place: FeaturePlace },
): Omit<Shown, 'readout'> {
  if (batch.kind === 'tokens') return { tokens: ownTimesteps(batch, { row, data: batch.data }) };
  // Of rows of pixels, the picture's statistics tell how it was scaled before what it shows.
  return place.scene > 0 ? meansOf(ownTimesteps(batch, { row, data: batch.data }), place) : {};
}

/** Of one sequence, without what it is padded with: [length, values of a timestep]. */
function ownTimesteps<T extends Float32Array | Int32Array>(
  { lengths, timesteps }: SequenceBatch,
  { row, data }: { row: number; data: T },
): T {
  const width = data.length / (lengths.length * timesteps);
  return data.subarray(row * timesteps * width, (row * timesteps + lengths[row]!) * width) as T;
}

/** Over time: of the encoder's statistics of the pictures that a member reads, and of those of the frames. */
function meansOf(
  sequence: Float32Array,
  place: FeaturePlace,
): { statistics: Float32Array; scene: Float32Array } {
  const { of, stride, width, pictures, scene: sceneCount } = place;
  const whole = timestepWidth(place);
  const length = sequence.length / whole;
  const count = stride - width;
  const statistics = new Float32Array(pictures * count);
  const scene = new Float32Array(sceneCount);
  const addTo = (mean: Float32Array, at: number, from: number, values: number) => {
    for (let index = 0; index < values; index++) mean[at + index]! += sequence[from + index]! / length;
  };
  for (let timestep = 0; timestep < length; timestep++) {
    const start = timestep * whole;
    for (let picture = 0; picture < pictures; picture++) {
      addTo(statistics, picture * count, start + (picture * of + place.place) * stride + width, count);
    }
    addTo(scene, 0, start + whole - sceneCount, sceneCount);
  }
  return { statistics, scene };
}
