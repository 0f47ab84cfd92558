import type { FeatureBatch } from '../../../data/batches.js';
import { dropoutMasks } from '../../../network/dropout.js';
import { directionsOf, layerInputs, type RecurrentNetwork, widthOf } from '../../../network/recurrent.js';
import { penaltyFeed } from '../readout.js';
import type { Feed } from '../session.js';

type Lengths = Pick<FeatureBatch, 'lengths' | 'timesteps'>;

/** What recurrentLogits declares beside the features. */
export function recurrentFeeds(
  network: RecurrentNetwork,
  { lengths, timesteps }: Lengths,
  dropoutSeed: number,
): Record<string, Feed> {
  const batch = lengths.length;
  return {
    ...(directionsOf(network).length === 2 ? { lengths: { data: lengths, shape: [batch] } } : {}),
    ...(network.readout === 'last'
      ? { last_places: lastPlaces(lengths) }
      : { penalty: penaltyFeed({ lengths, timesteps }) }),
    ...(network.dropout > 0 ? dropoutFeeds(network, { batch, seed: dropoutSeed }) : {}),
  };
}

/** float32 [batch, timesteps, inputs], zero behind each length whatever lies there: 0 x NaN would be NaN. */
export function featuresFeed({ data, lengths, timesteps }: FeatureBatch): Feed {
  const width = data.length / (lengths.length * timesteps);
  const shape = [lengths.length, timesteps, width];
  if (lengths.every((length) => length === timesteps)) return { data, shape };
  const clean = data.slice();
  lengths.forEach((length, row) => {
    clean.fill(0, (row * timesteps + length) * width, (row + 1) * timesteps * width);
  });
  return { data: clean, shape };
}

/** int32 [batch, 2]: the last valid timestep of each sequence, and its place in the batch. */
function lastPlaces(lengths: Int32Array): Feed {
  const data = Int32Array.from({ length: 2 * lengths.length }, (_, index) =>
    index % 2 === 0 ? lengths[index / 2]! - 1 : (index - 1) / 2,
  );
  return { data, shape: [lengths.length, 2] };
}

function dropoutFeeds(
  network: RecurrentNetwork,
  options: { batch: number; seed: number },
): Record<string, Feed> {
  const { layers, readout } = dropoutMasks(network, options);
  const masks = layers.map((data, layer): [string, Feed] => [
    `dropout_${layer}`,
    { data, shape: [options.batch, layerInputs(network, layer)] },
  ]);
  const last: Feed = { data: readout, shape: [options.batch, widthOf(network)] };
  return { ...Object.fromEntries(masks), dropout_readout: last };
}
