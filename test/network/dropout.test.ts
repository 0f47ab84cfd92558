import { describe, expect, it } from 'vitest';
import { dropoutMasks } from '../../src/network/dropout.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';

const network: RecurrentNetwork = {
  cell: 'gru',
  inputs: 200,
  units: 50,
  layers: 2,
  bidirectional: true,
  dropout: 0.25,
  readout: 'last',
  classes: 2,
};

describe('dropoutMasks', () => {
  const masks = dropoutMasks(network, { sequences: [16], seed: 1 });

  it('has one for what each layer reads and one for the readout', () => {
    expect(masks.levels[0]!.map((mask) => mask.length)).toEqual([16 * 200, 16 * 100]);
    expect(masks.readout.length).toBe(16 * 100);
  });

  it('has one for each segment where there are two levels', () => {
    const upper = { cell: 'lstm', units: 7, layers: 1, bidirectional: false, readout: 'mean' } as const;
    const { levels, readout } = dropoutMasks({ ...network, upper }, { sequences: [9, 4], seed: 1 });
    expect(levels.map((level) => level.map((mask) => mask.length))).toEqual([[9 * 200, 9 * 100], [4 * 100]]);
    expect(readout.length).toBe(4 * 7);
  });

  it('drops about its rate and scales what stays, so that the mean stays', () => {
    const mask = masks.levels[0]![0]!;
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    const dropped = mask.filter((value) => value === 0).length / mask.length;
    expect(Math.abs(dropped - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / mask.length));
  });

  it('depends on the seed alone', () => {
    expect(dropoutMasks(network, { sequences: [16], seed: 1 })).toEqual(masks);
    expect(dropoutMasks(network, { sequences: [16], seed: 2 })).not.toEqual(masks);
  });

  it('is all ones without dropout', () => {
    const { levels, readout } = dropoutMasks({ ...network, dropout: 0 }, { sequences: [2], seed: 1 });
    expect([...levels.flat(), readout].every((mask) => mask.every((value) => value === 1))).toBe(true);
  });
});
