import { describe, expect, it } from 'vitest';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { attends, type RecurrentNetwork } from '../../src/network/recurrent.js';
import { recurrentParameters } from '../../src/network/recurrent-parameters.js';
import { statePartsOf, zeroStates } from '../../src/network/states.js';

const words: RecurrentNetwork = {
  cell: 'lstm',
  inputs: 6,
  units: 6,
  layers: 2,
  bidirectional: false,
  dropout: 0,
  readout: 'every',
  tokens: 50,
  classes: 50,
};
const upper = { cell: 'gru', units: 3, layers: 1, bidirectional: true, readout: 'attention' } as const;

const names = (network: RecurrentNetwork) => recurrentParameters(network).map(({ name }) => name);
const deviation = (values: Float32Array) =>
  Math.sqrt(values.reduce((total, value) => total + value ** 2, 0) / values.length);

describe('a network of tokens', () => {
  it('has a table of its own and a head of its own', () => {
    expect(names(words)[0]).toBe('embedding.table');
    expect(recurrentParameters(words).at(-2)).toEqual({
      name: 'head.table',
      shape: [50, 6],
      initial: 'glorot',
    });
  });

  it('has one table for both where they are tied, of vectors that are small at first', () => {
    expect(names({ ...words, tied: true })).not.toContain('head.table');
    const [free, tied] = [false, true].map((isTied) =>
      deviation(initializeRecurrent({ ...words, tied: isTied }, 1).get('embedding.table')!.data),
    );
    expect(free).toBeGreaterThan(0.8);
    expect(tied).toBeLessThan(0.1);
    const small = initializeRecurrent(words, 1, { embedding: 'small' });
    expect(deviation(small.get('embedding.table')!.data)).toBeLessThan(0.1);
    expect(small.get('head.table')).toEqual(initializeRecurrent(words, 1).get('head.table'));
  });

  it.each([{ units: 7 }, { classes: 3 }, { readout: 'last' }] as const)(
    'cannot be tied where its table does not fit: %o',
    (changes) => {
      expect(() => recurrentParameters({ ...words, tied: true, ...changes })).toThrow(
        "the embedding's table",
      );
    },
  );
});

describe('a network of two levels', () => {
  const network: RecurrentNetwork = { ...words, readout: 'attention', upper, classes: 2 };

  it('names what is of the upper level, which reads as much as the readout gives', () => {
    const parameters = recurrentParameters(network);
    expect(parameters.find(({ name }) => name === 'upper.recurrent.0.backward.kernel')?.shape).toEqual([
      6, 9,
    ]);
    expect(parameters.find(({ name }) => name === 'upper.readout.kernel')?.shape).toEqual([6, 6]);
    expect(parameters.find(({ name }) => name === 'head.kernel')?.shape).toEqual([6, 2]);
  });

  it('attends where both levels do', () => {
    expect(attends(network)).toBe(true);
    expect(attends({ ...network, readout: 'mean' })).toBe(false);
    expect(attends({ ...network, upper: { ...upper, readout: 'last' } })).toBe(false);
  });
});

describe('the states of a network', () => {
  it('are what each layer hands on', () => {
    expect(statePartsOf(words).map(({ name }) => name)).toEqual([
      ...['state.0.output', 'state.0.memory', 'state.1.output', 'state.1.memory'],
    ]);
    expect(statePartsOf({ ...words, cell: 'gru' })).toHaveLength(2);
    expect(zeroStates(words, 3).map(({ length }) => length)).toEqual([18, 18, 18, 18]);
  });

  it('are none where a sequence cannot be gone on with', () => {
    expect(statePartsOf({ ...words, bidirectional: true })).toEqual([]);
    expect(statePartsOf({ ...words, readout: 'mean', upper })).toEqual([]);
  });
});
