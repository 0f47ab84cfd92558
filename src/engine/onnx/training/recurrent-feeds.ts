import type { FeatureBatch } from '../../../inputs/batches.js';
import { dropoutMasks } from '../../../network/dropout.js';
import {
  directionsOf,
  layerInputs,
  type RecurrentNetwork,
  readoutWidthOf,
} from '../../../network/recurrent.js';
import { readoutFeeds } from '../readout.js';
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
      : readoutFeeds(network, { lengths, timesteps })),
    ...(network.dropout > 0 ? dropoutFeeds(network, { batch, seed: dropoutSeed }) : {}),
  };
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
  const last: Feed = { data: readout, shape: [options.batch, readoutWidthOf(network)] };
  return { ...Object.fromEntries(masks), dropout_readout: last };
}
