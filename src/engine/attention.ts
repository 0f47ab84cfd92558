import { type Placement, segmentPlacement } from '../network/placement.js';
import type { RecurrentNetwork } from '../network/recurrent.js';

/**
 * How much each timestep counts for the answer, float32 [batch, timesteps], from how much each level's own timesteps
 * count; undefined where a level does not attend.
 *
 * @param levels float32 [batch, timesteps] of a network of one level; otherwise those of segments first, [segments,
 *   timesteps], then those of sequences of segments: see network/placement.ts.
 */
export function attentionOf(
  network: RecurrentNetwork,
  placement: Placement,
  [ofFirst, ofUpper]: ReadonlyArray<Float32Array | undefined>,
): Float32Array | undefined {
  if (!network.upper) return ofFirst;
  return ofFirst && ofUpper && ofBothLevels(network, placement, { ofFirst, ofUpper });
}

/** A timestep's share of its segment times the segment's of the sequence. */
function ofBothLevels(
  network: RecurrentNetwork,
  placement: Placement,
  { ofFirst, ofUpper }: { ofFirst: Float32Array; ofUpper: Float32Array },
): Float32Array {
  const { inner, rows, outer, places } = segmentPlacement(network, placement);
  const shares = new Float32Array(placement.lengths.length * placement.timesteps);
  outer.lengths.forEach((segments, sequence) => {
    for (let index = 0; index < segments; index++) {
      const outerPlace = sequence * outer.timesteps + index;
      const segment = places[outerPlace]!;
      const start = segment * inner.timesteps;
      for (let place = start; place < start + inner.lengths[segment]!; place++) {
        shares[rows[place]!] = ofFirst[place]! * ofUpper[outerPlace]!;
      }
    }
  });
  return shares;
}
