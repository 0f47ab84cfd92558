import { describe, expect, it } from 'vitest';
import { segmentPlacement } from '../../src/network/placement.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';

const network: RecurrentNetwork = {
  cell: 'lstm',
  inputs: 2,
  units: 2,
  layers: 1,
  bidirectional: false,
  dropout: 0,
  readout: 'mean',
  segment: 3,
  upper: { cell: 'lstm', units: 2, layers: 1, bidirectional: false, readout: 'mean' },
  classes: 2,
};

describe('the segments of a batch', () => {
  it('are as long as the network says, but for the last of a sequence', () => {
    const placed = segmentPlacement(network, { lengths: Int32Array.of(7, 2, 3), timesteps: 8 });
    expect([...placed.inner.lengths]).toEqual([3, 3, 1, 2, 3]);
    expect(placed.inner.timesteps).toBe(3);
    expect([...placed.outer.lengths]).toEqual([3, 1, 1]);
    expect(placed.outer.timesteps).toBe(3);
  });

  it('are those that the batch says', () => {
    const segments = [Int32Array.of(2, 3), Int32Array.of(2)];
    const placed = segmentPlacement(network, { lengths: Int32Array.of(5, 2), timesteps: 6, segments });
    expect([...placed.inner.lengths]).toEqual([2, 3, 2]);
    expect([...placed.outer.lengths]).toEqual([2, 1]);
    // Timesteps of the second sequence begin at the sixth place.
    expect([...placed.rows]).toEqual([0, 1, 0, 2, 3, 4, 6, 7, 0]);
    expect([...placed.places]).toEqual([0, 1, 2, 0]);
  });
});
