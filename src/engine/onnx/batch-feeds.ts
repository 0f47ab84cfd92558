import type { FeatureBatch, SequenceBatch } from '../../inputs/batches.js';
import type { RecurrentNetwork } from '../../network/recurrent.js';
import { indexFeed } from './index-feeds.js';
import type { Feed } from './session.js';

/**
 * A batch as the inputs of a graph, `features` or `tokens` and, of a source, `source_tokens`, with zeros past each length whatever lies there: 0 x NaN
 * would be NaN, and no table has just any index.
 */
export function batchFeeds(network: RecurrentNetwork, batch: SequenceBatch): Record<string, Feed> {
  const { lengths, timesteps } = batch;
  if (batch.kind === 'features') return { features: featuresFeed(batch) };
  if (!network.tokens) throw new Error('A network of vectors was given tokens');
  const shape = [lengths.length, timesteps];
  const tokens = indexFeed(withoutPadding(batch.data, batch), { shape, rows: network.tokens });
  return { tokens, ...sourceFeeds(network, batch) };
}

/** Of a network that reads a source, that of the batch; none of another. */
export function sourceFeeds({ source }: RecurrentNetwork, batch: SequenceBatch): Record<string, Feed> {
  if (!source) return {};
  if (batch.kind !== 'tokens' || !batch.source)
    throw new Error('A network that reads a source was given none');
  const { data, lengths, timesteps } = batch.source;
  const shape = [lengths.length, timesteps];
  return {
    source_tokens: indexFeed(withoutPadding(data, batch.source), { shape, rows: source.tokens }),
  };
}

function featuresFeed(batch: FeatureBatch): Feed {
  const { data, lengths, timesteps } = batch;
  const width = data.length / (lengths.length * timesteps);
  return { data: withoutPadding(data, batch), shape: [lengths.length, timesteps, width] };
}

/** The values of a padded batch with zeros, or that value, past each length. */
export function withoutPadding<T extends Float32Array | Int32Array>(
  data: T,
  { lengths, timesteps }: Pick<SequenceBatch, 'lengths' | 'timesteps'>,
  value = 0,
): T {
  if (lengths.every((length) => length === timesteps)) return data;
  const width = data.length / (lengths.length * timesteps);
  // Both kinds of array have a slice of their own kind.
  const clean = data.slice() as T;
  lengths.forEach((length, row) => {
    clean.fill(value, (row * timesteps + length) * width, (row + 1) * timesteps * width);
  });
  return clean;
}
