import type { SequenceModel } from '../../engine/engine.js';
import { inBatches } from '../../inputs/batches.js';
import type { TokenPair } from '../../inputs/text/pair-corpus.js';
import { UNKNOWN } from '../../inputs/text/vocabulary.js';
import { stopIfAborted } from '../../platform/stop-if-aborted.js';
import { pairBatch } from './pair-batches.js';

/** Pairs that are scored at once. */
const BATCH = 64;

export interface PairScore {
  /** That were predicted. */
  readonly tokens: number;
  readonly unknown: number;
  /** A token. */
  readonly nats: number;
}

/**
 * How well a network predicts each token of the targets from the sources and the tokens before it.
 *
 * @returns null where there are no pairs.
 * @throws UserError `aborted`.
 */
export async function scorePairs(
  network: Pick<SequenceModel, 'score'>,
  pairs: readonly TokenPair[],
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<PairScore | null> {
  if (pairs.length === 0) return null;
  const sum = { tokens: 0, unknown: 0, nats: 0 };
  for (const some of inBatches(pairs.toSorted(byLength), BATCH)) {
    stopIfAborted(signal, 'translations were scored');
    const { batch, targets, count } = pairBatch(some);
    const { logProbabilities } = await network.score(batch, targets);
    for (const logProbability of logProbabilities) sum.nats -= logProbability;
    for (const token of targets) if (token === UNKNOWN) sum.unknown += 1;
    sum.tokens += count;
  }
  return { ...sum, nats: sum.nats / sum.tokens };
}

const byLength = (one: TokenPair, other: TokenPair): number =>
  one.targetTokens.length - other.targetTokens.length || one.sourceTokens.length - other.sourceTokens.length;
