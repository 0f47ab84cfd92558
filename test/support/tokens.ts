import type { TrainingStep } from '../../src/engine/engine.js';
import { collate, type TokenBatch } from '../../src/inputs/batches.js';
import { IGNORED } from '../../src/network/losses.js';
import { answersTimesteps, type RecurrentNetwork } from '../../src/network/recurrent.js';
import { random } from '../../src/random.js';

/** Networks of tokens, and batches for them, for the contract tests. */
export const TOKENS = 7;

export const LENGTHS = [4, 1, 6, 3];

/** Timesteps of each sequence's segments. */
export const SEGMENTS = [[1, 3], [1], [2, 3, 1], [3]];

const base = {
  cell: 'lstm',
  inputs: 5,
  units: 4,
  layers: 1,
  bidirectional: false,
  dropout: 0,
  readout: 'last',
  tokens: TOKENS,
  classes: 3,
} as const;

const upper = { cell: 'gru', units: 3, layers: 1, bidirectional: true, readout: 'attention' } as const;

export const tokenClassifiers: RecurrentNetwork[] = [
  base,
  { ...base, cell: 'gru', bidirectional: true, readout: 'pooled' },
  { ...base, layers: 0, readout: 'mean' },
  // Yang et al. 2016: words, sentences, document.
  { ...base, cell: 'gru', bidirectional: true, readout: 'attention', upper },
  { ...base, readout: 'last', upper: { ...upper, cell: 'lstm', readout: 'mean' } },
];

/** Networks that say what comes next. */
export const languageModels: RecurrentNetwork[] = [
  { ...base, readout: 'every', classes: TOKENS },
  { ...base, readout: 'every', classes: TOKENS, cell: 'gru', layers: 2 },
  { ...base, readout: 'every', classes: TOKENS, units: 5, tied: true },
  { ...base, readout: 'every', classes: 3, layers: 2, tokens: undefined },
  { ...base, readout: 'every', classes: TOKENS, softmax: { kind: 'adaptive', cutoffs: [2, 4], shrink: 2 } },
  { ...base, readout: 'every', classes: TOKENS, softmax: { kind: 'sampled', samples: 4 } },
];

/** Different tokens of sources. */
const SOURCE_TOKENS = 6;

const source = {
  cell: 'gru',
  tokens: SOURCE_TOKENS,
  inputs: 5,
  units: 3,
  layers: 1,
  bidirectional: true,
} as const;

/** Networks that write what follows from a source. */
export const translationModels: RecurrentNetwork[] = [
  { ...base, readout: 'every', classes: TOKENS, source },
  { ...base, readout: 'every', classes: TOKENS, units: 5, tied: true, source: { ...source, cell: 'lstm' } },
  {
    ...base,
    readout: 'every',
    classes: TOKENS,
    cell: 'gru',
    layers: 2,
    source: { ...source, layers: 2, bidirectional: false },
  },
];

const SOURCE_LENGTHS = [3, 5, 1, 2];

/** A source for each of the sequences of LENGTHS. */
export function randomSources(seed: number): TokenBatch {
  const stream = random(seed, 'sources');
  return collate(
    SOURCE_LENGTHS.map((timesteps) => ({
      kind: 'tokens',
      data: Int32Array.from({ length: timesteps }, () => stream.integer(0, SOURCE_TOKENS)),
      timesteps,
    })),
  );
}

/** Sequences of LENGTHS in SEGMENTS. Token 6 is in none. */
export function randomTokens(seed: number): TokenBatch {
  const stream = random(seed, 'tokens');
  return collate(
    LENGTHS.map((timesteps, row) => ({
      kind: 'tokens',
      data: Int32Array.from({ length: timesteps }, () => stream.integer(0, TOKENS - 1)),
      timesteps,
      segments: Int32Array.from(SEGMENTS[row]!),
    })),
  );
}

export type TokenStep = TrainingStep & { batch: TokenBatch };

/** A step by class index, a fourth of whose targets are ignored. */
export function stepFor(network: RecurrentNetwork, seed = 1): TokenStep {
  const batch = { ...randomTokens(seed), source: network.source && randomSources(seed) };
  const places = answersTimesteps(network) ? batch.data.length : LENGTHS.length;
  const targets = Int32Array.from({ length: places }, (_, place) =>
    place % 4 === 1 ? IGNORED : (place * 5) % network.classes,
  );
  return { batch, targets, learningRate: 0.01, dropoutSeed: seed };
}

/** Three timesteps of two endless sequences, and what comes next: the second goes round the other way. */
export function windowOf(start: number): TokenStep {
  const token = (row: number, time: number) => (row === 0 ? time : 6 * time + 3) % TOKENS;
  const places = [0, 1].flatMap((row) => [0, 1, 2].map((time) => [row, start + time] as const));
  return {
    batch: {
      kind: 'tokens',
      data: Int32Array.from(places, ([row, time]) => token(row, time)),
      lengths: Int32Array.of(3, 3),
      timesteps: 3,
    },
    targets: Int32Array.from(places, ([row, time]) => token(row, time + 1)),
    learningRate: 0.01,
    dropoutSeed: start,
  };
}

/** Each sequence's tokens. */
export const tokensOf = ({ data, lengths, timesteps }: TokenBatch): number[][] =>
  Array.from(lengths, (length, row) => [...data.subarray(row * timesteps, row * timesteps + length)]);

/** The same batch with that in place of a token wherever no sequence is. */
export function paddedWith(value: number, batch: TokenBatch): TokenBatch {
  const data = batch.data.slice();
  batch.lengths.forEach((length, row) => {
    data.fill(value, row * batch.timesteps + length, (row + 1) * batch.timesteps);
  });
  return { ...batch, data };
}
