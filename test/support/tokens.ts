import { collateTokens, type TokenBatch } from '../../src/inputs/batches.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
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
];

/** Sequences of LENGTHS in SEGMENTS. Token 6 is in none. */
export function randomTokens(seed: number): TokenBatch {
  const stream = random(seed, 'tokens');
  return collateTokens(
    LENGTHS.map((timesteps, row) => ({
      kind: 'tokens',
      data: Int32Array.from({ length: timesteps }, () => stream.integer(0, TOKENS - 1)),
      timesteps,
      segments: Int32Array.from(SEGMENTS[row]!),
    })),
  );
}
