import { type RecurrentNetwork, segmentOf } from './recurrent.js';

/** Where sequences lie in a padded batch. */
export interface Placement {
  /** Valid timesteps of each sequence, 1 to timesteps. */
  readonly lengths: Int32Array;
  readonly timesteps: number;
  /** Timesteps of each segment of each sequence, their sum being its length; see RecurrentNetwork.upper. */
  readonly segments?: readonly Int32Array[] | undefined;
  /** Where their sources lie, as many of them; see RecurrentNetwork.source. */
  readonly source?: Placement | undefined;
}

/** Where segments lie in a batch of sequences, and each sequence's segments among all. */
export interface SegmentPlacement {
  /** All segments of all sequences, one after the other, as sequences of their own. */
  readonly inner: Placement;
  /** int32 [segments, inner.timesteps]: the place of each timestep in [batch x timesteps]; 0 past a segment's end. */
  readonly rows: Int32Array;
  /** Sequences of segments. */
  readonly outer: Placement;
  /** int32 [batch, outer.timesteps]: the number of each segment; 0 past a sequence's end. */
  readonly places: Int32Array;
}

export function segmentPlacement(network: RecurrentNetwork, placement: Placement): SegmentPlacement {
  const { timesteps } = placement;
  const segments = placement.segments ?? evenSegments(placement.lengths, segmentOf(network));
  const inner = placementOf(segments.flatMap((lengths) => [...lengths]));
  const outer = placementOf(segments.map(({ length }) => length));
  const rows = new Int32Array(inner.lengths.length * inner.timesteps);
  const places = new Int32Array(outer.lengths.length * outer.timesteps);
  let segment = 0;
  segments.forEach((lengths, sequence) => {
    let start = sequence * timesteps;
    lengths.forEach((length, index) => {
      places[sequence * outer.timesteps + index] = segment;
      for (let time = 0; time < length; time++) rows[segment * inner.timesteps + time] = start + time;
      start += length;
      segment++;
    });
  });
  return { inner, rows, outer, places };
}

function placementOf(lengths: readonly number[]): Placement {
  return {
    lengths: Int32Array.from(lengths),
    timesteps: lengths.reduce((most, length) => Math.max(most, length), 0),
  };
}

/** Segments of so many timesteps, the last one shorter. */
function evenSegments(lengths: Int32Array, segment: number): Int32Array[] {
  return Array.from(lengths, (length) =>
    Int32Array.from({ length: Math.ceil(length / segment) }, (_, index) =>
      Math.min(segment, length - index * segment),
    ),
  );
}
