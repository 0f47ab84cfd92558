import { describe, expect, it } from 'vitest';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import { recurrentParameters } from '../../src/network/recurrent-parameters.js';

const network: RecurrentNetwork = {
  cell: 'lstm',
  inputs: 5,
  units: 3,
  layers: 2,
  bidirectional: true,
  dropout: 0,
  readout: 'attention',
  classes: 4,
};

describe('initializeRecurrent', () => {
  it('gives every parameter its shape', () => {
    const weights = initializeRecurrent(network, 1);
    const shapes = [...weights].map(([name, { shape }]) => ({ name, shape }));
    expect(shapes).toEqual(recurrentParameters(network).map(({ name, shape }) => ({ name, shape })));
  });

  it('is seeded, and independent of the other parameters', () => {
    const one = initializeRecurrent(network, 1);
    expect(one).toEqual(initializeRecurrent(network, 1));
    expect(one).not.toEqual(initializeRecurrent(network, 2));
    const shallow = initializeRecurrent({ ...network, layers: 1 }, 1);
    expect(shallow.get('recurrent.0.forward.kernel')).toEqual(one.get('recurrent.0.forward.kernel'));
  });

  it('opens the forget gate of an lstm, and no other', () => {
    const bias = [...initializeRecurrent(network, 1).get('recurrent.0.forward.bias')!.data];
    expect(bias).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    const gru = initializeRecurrent({ ...network, cell: 'gru' }, 1).get('recurrent.0.forward.bias')!;
    expect(gru.shape).toEqual([2, 9]);
    expect(gru.data.every((value) => value === 0)).toBe(true);
  });

  it("makes each gate's recurrent kernel orthogonal", () => {
    const { data } = initializeRecurrent(network, 1).get('recurrent.1.backward.recurrent_kernel')!;
    for (let gate = 0; gate < 4; gate++) {
      const row = (index: number) => [...data.subarray(index * 12 + gate * 3, index * 12 + gate * 3 + 3)];
      for (let first = 0; first < 3; first++) {
        for (let second = 0; second < 3; second++) {
          const product = row(first).reduce((sum, value, index) => sum + value * row(second)[index]!, 0);
          expect(product).toBeCloseTo(first === second ? 1 : 0, 5);
        }
      }
    }
  });
});
