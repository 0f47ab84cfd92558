import { epochBatches } from '../../inputs/batches.js';
import type { TokenPair } from '../../inputs/text/pair-corpus.js';
import { random } from '../../random.js';
import { dropTokens } from '../drop-tokens.js';
import type { StageSteps } from '../stage-steps.js';
import { pairBatch } from './pair-batches.js';
import { scorePairs } from './score-pairs.js';

/** Steps over pairs of like length, in an order that is drawn anew for every epoch. */
export function pairSteps(options: {
  readonly train: readonly TokenPair[];
  readonly validation: readonly TokenPair[];
  readonly batchSize: number;
  /** Share of tokens that a step reads as unknown; see dropTokens. */
  readonly tokenDropout: number;
  readonly seed: number;
}): StageSteps {
  const { train, validation, batchSize, tokenDropout: rate, seed } = options;
  const lengths = train.map(({ sourceTokens, targetTokens }) => sourceTokens.length + targetTokens.length);
  // Drawn once an epoch, and not in each of its steps.
  let drawn: { epoch: number; batches: number[][] } | null = null;
  return {
    perEpoch: Math.ceil(train.length / batchSize),
    carriesStates: false,
    read: async ({ epochsBefore: epoch, step }) => {
      if (drawn?.epoch !== epoch) {
        drawn = { epoch, batches: epochBatches(train.length, { batchSize, seed, epoch, lengths }) };
      }
      const pairs = drawn.batches[step]!.map((index) => train[index]!);
      if (rate === 0) return pairBatch(pairs);
      const stream = random(seed, 'tokens', epoch, step);
      return pairBatch(pairs, { reads: (tokens) => dropTokens(tokens, { rate, stream }) });
    },
    validate: async (trainer) => {
      const score = await scorePairs(trainer, validation);
      return score && { loss: score.nats, accuracy: null, cost: score.nats };
    },
  };
}
