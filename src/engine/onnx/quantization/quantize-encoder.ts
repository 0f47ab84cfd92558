import { int8Maps } from '../../../encoder/int8-layers.js';
import type { MobileNet } from '../../../encoder/mobilenet.js';
import { type MapStatistics, quantizeWeights } from '../../../encoder/quantization.js';
import type { Weights } from '../../../tensors/tensor.js';
import { featureMapsGraph, productsName } from '../encoder-graph.js';
import type { Graph } from '../graph.js';
import type { OpenSession } from '../session.js';
import { chooseRange } from './choose-range.js';
import { countValues, emptyHistogram, type Histogram } from './histogram.js';

/** See Engine.quantizeEncoder. */
export async function quantizeEncoder(
  open: OpenSession,
  options: { network: MobileNet; weights: Weights; frames: Uint8Array },
): Promise<Weights> {
  return quantizeWeights(options.network, options.weights, await mapStatistics(open, options));
}

/** Of each of int8Maps. Frames go one by one, since their maps take tens of megabytes each. */
async function mapStatistics(
  open: OpenSession,
  { network, weights, frames }: { network: MobileNet; weights: Weights; frames: Uint8Array },
): Promise<Map<string, MapStatistics>> {
  const graph = featureMapsGraph(network, weights);
  const maps = new Map(int8Maps(network).map((name) => [name, seenNothing(graph, name)]));
  const session = await open(graph);
  try {
    const size = network.inputSize;
    const frameBytes = size * size * 3;
    for (let start = 0; start < frames.length; start += frameBytes) {
      const data = frames.subarray(start, start + frameBytes);
      const outputs = await session.run({ frames: { data, shape: [1, size, size, 3] } });
      for (const [name, seen] of maps) {
        see(seen, { map: outputs[name]!, products: outputs[productsName(name)] });
      }
    }
  } finally {
    await session.release();
  }
  return new Map([...maps].map(([name, seen]) => [name, summarize(seen)]));
}

/** What is gathered of one map, frame by frame. */
interface Seen {
  histogram: Histogram;
  frames: number;
  /** [channels]: sums of each frame's mean. */
  readonly means: Float64Array;
  /** [channels, channels]: sums of each frame's mean products of channels, of maps that have them. */
  readonly products: Float64Array | undefined;
}

function seenNothing({ outputs }: Graph, name: string): Seen {
  const channels = Number(outputs.find((value) => value.name === name)!.shape[1]);
  const hasProducts = outputs.some((value) => value.name === productsName(name));
  return {
    histogram: emptyHistogram(),
    frames: 0,
    means: new Float64Array(channels),
    products: hasProducts ? new Float64Array(channels ** 2) : undefined,
  };
}

/**
 * @param options.map float32 [1, channels, side, side]
 * @param options.products float32 [1, channels, channels]: sums over positions.
 */
function see(seen: Seen, { map, products }: { map: Float32Array; products: Float32Array | undefined }): void {
  seen.histogram = countValues(seen.histogram, map);
  seen.frames++;
  const positions = map.length / seen.means.length;
  if (seen.products && products) addTo(seen.products, { values: products, factor: 1 / positions });
  seen.means.forEach((_, channel) => {
    let sum = 0;
    for (let index = channel * positions; index < (channel + 1) * positions; index++) sum += map[index]!;
    seen.means[channel]! += sum / positions;
  });
}

function addTo(sums: Float64Array, { values, factor }: { values: Float32Array; factor: number }): void {
  for (let index = 0; index < sums.length; index++) sums[index]! += values[index]! * factor;
}

function summarize({ histogram, frames, means: sums, products }: Seen): MapStatistics {
  const means = sums.map((sum) => sum / frames);
  const covariance = products?.map((sum, index) => {
    const [row, column] = [Math.floor(index / means.length), index % means.length];
    return sum / frames - means[row]! * means[column]!;
  });
  return {
    range: chooseRange(histogram),
    means: Float32Array.from(means),
    covariance,
  };
}
