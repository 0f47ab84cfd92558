import { int8Maps, type MobileNet } from '../../../encoder/mobilenet.js';
import { quantizeWeights } from '../../../encoder/quantization.js';
import type { Weights } from '../../../tensors/tensor.js';
import { featureMapsGraph } from '../encoder-graph.js';
import type { Graph } from '../graph.js';
import type { OpenSession } from '../session.js';
import { chooseRange } from './choose-range.js';
import { countValues, emptyHistogram, type Histogram } from './histogram.js';

/** See Engine.quantizeEncoder. Frames go one by one, since their maps take tens of megabytes each. */
export async function quantizeEncoder(
  open: OpenSession,
  { network, weights, frames }: { network: MobileNet; weights: Weights; frames: Uint8Array },
): Promise<Weights> {
  const graph = featureMapsGraph(network, weights);
  const maps = new Map(int8Maps(network).map((name) => [name, seenNothing(graph, name)]));
  const session = await open(graph);
  try {
    const size = network.inputSize;
    const frameBytes = size * size * 3;
    for (let start = 0; start < frames.length; start += frameBytes) {
      const data = frames.subarray(start, start + frameBytes);
      const outputs = await session.run({ frames: { data, shape: [1, size, size, 3] } });
      for (const [name, seen] of maps) see(seen, outputs[name]!);
    }
  } finally {
    await session.release();
  }
  const frameCount = frames.length / (network.inputSize ** 2 * 3);
  const statistics = [...maps].map(
    ([name, { histogram, means }]) =>
      [
        name,
        { range: chooseRange(histogram), means: Float32Array.from(means, (sum) => sum / frameCount) },
      ] as const,
  );
  return quantizeWeights(network, weights, new Map(statistics));
}

/** What is gathered of one map, frame by frame. */
interface Seen {
  histogram: Histogram;
  /** [channels]: sums of each frame's mean. */
  readonly means: Float64Array;
}

function seenNothing({ outputs }: Graph, name: string): Seen {
  const channels = Number(outputs.find((value) => value.name === name)!.shape[1]);
  return { histogram: emptyHistogram(), means: new Float64Array(channels) };
}

/** @param map float32 [1, channels, side, side] */
function see(seen: Seen, map: Float32Array): void {
  seen.histogram = countValues(seen.histogram, map);
  const positions = map.length / seen.means.length;
  seen.means.forEach((_, channel) => {
    let sum = 0;
    for (let index = channel * positions; index < (channel + 1) * positions; index++) sum += map[index]!;
    seen.means[channel]! += sum / positions;
  });
}
