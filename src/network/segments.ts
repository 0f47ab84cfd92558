import { type RecurrentLevel, segmentOf } from './recurrent.js';

/** What the hierarchical readout adds to scores before softmax: 0, or the penalty of what does not count. */
export interface SegmentPenalties {
  readonly segments: number;
  /** float32 [batch, segments, timesteps]: 0 at each segment's own timesteps up to the sequence's length. */
  readonly within: Float32Array;
  /** float32 [batch, segments]: 0 where a segment has a timestep that counts. */
  readonly between: Float32Array;
}

/** @param options.penalty so far below all scores that exp() of it beside them is 0. */
export function segmentPenalties(
  level: RecurrentLevel,
  { lengths, timesteps, penalty }: { lengths: Int32Array; timesteps: number; penalty: number },
): SegmentPenalties {
  const segment = segmentOf(level);
  const segments = Math.ceil(timesteps / segment);
  const within = new Float32Array(lengths.length * segments * timesteps).fill(penalty);
  const between = new Float32Array(lengths.length * segments).fill(penalty);
  lengths.forEach((length, row) => {
    for (let start = 0; start < length; start += segment) {
      const place = row * segments + start / segment;
      between[place] = 0;
      within.fill(0, place * timesteps + start, place * timesteps + Math.min(start + segment, length));
    }
  });
  return { segments, within, between };
}
