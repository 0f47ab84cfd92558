import { collate, type TokenBatch } from '../../inputs/batches.js';
import type { TokenPair } from '../../inputs/text/pair-corpus.js';
import { IGNORED } from '../../network/losses.js';

/** Pairs as a network is taught them: at every timestep it knows the target's tokens so far. */
export interface PairBatch {
  /** The targets without their last token, their sources beside them. */
  readonly batch: TokenBatch;
  /** int32 [pairs, timesteps]: the target's next token each; IGNORED past its end. */
  readonly targets: Int32Array;
  /** Tokens that are to be predicted. */
  readonly count: number;
}

/** @param options.reads changes what the network reads of a text's tokens; as it is when absent. */
export function pairBatch(
  pairs: readonly TokenPair[],
  { reads = (tokens) => tokens }: { reads?: ((tokens: Int32Array) => Int32Array) | undefined } = {},
): PairBatch {
  const source = tokenBatch(pairs.map(({ sourceTokens }) => reads(sourceTokens)));
  const batch = tokenBatch(pairs.map(({ targetTokens }) => reads(targetTokens.subarray(0, -1))));
  const { timesteps } = batch;
  const targets = new Int32Array(pairs.length * timesteps).fill(IGNORED);
  pairs.forEach(({ targetTokens }, row) => {
    targets.set(targetTokens.subarray(1), row * timesteps);
  });
  const count = batch.lengths.reduce((sum, length) => sum + length, 0);
  return { batch: { ...batch, source }, targets, count };
}

/** Texts as one batch. */
export const tokenBatch = (texts: readonly Int32Array[]): TokenBatch =>
  collate(texts.map((data) => ({ kind: 'tokens', data, timesteps: data.length })));
