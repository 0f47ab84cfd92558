import { drawSamples } from '../../../network/draw-samples.js';
import { IGNORED } from '../../../network/losses.js';
import { answersTimesteps, readoutWidthOf, topLevelOf } from '../../../network/recurrent.js';
import { adaptiveParts, sampleCount } from '../../../network/softmax.js';
import { adaptiveFeeds, adaptiveInputs } from '../adaptive-feeds.js';
import { withoutPadding } from '../batch-feeds.js';
import { input, output } from '../graph.js';
import { wantedFeeds } from '../index-feeds.js';
import { adaptiveCrossEntropy } from '../ops/adaptive-softmax.js';
import { type ClassLoss, crossEntropy, total } from '../ops/cross-entropy.js';
import { scalar } from '../ops/elementwise.js';
import { linearCrossEntropy } from '../ops/linear-cross-entropy.js';
import { sampledCrossEntropy } from '../ops/sampled-softmax.js';
import { adaptiveLayer, logitsOf, outputLayer } from '../recurrent/head.js';
import { sampledFeeds, sampledInputs } from '../sampled-feeds.js';
import type { Feed } from '../session.js';
import type { LossInput, LossTargets, OnnxLoss } from './onnx-loss.js';

/** Of all classes, of sequences or of timesteps. */
export const sparseCrossEntropy = byIndex({
  build: ({ read, network, weight }) => {
    const { graph } = read;
    const shape = read.shape.slice(0, -1);
    const wanted = {
      indices: input(graph, { name: 'indices', dtype: 'int32', shape }),
      shares: input(graph, { name: 'shares', dtype: 'float32', shape }),
    };
    return answersTimesteps(network)
      ? linearCrossEntropy(read, outputLayer(network, weight), wanted)
      : crossEntropy(logitsOf(read, network, weight), wanted);
  },
  feeds: (places, { network: { classes } }) => wantedFeeds(places.indices, { shape: places.shape, classes }),
});

export const adaptiveSoftmax = byIndex({
  build: ({ read, network, weight }) => {
    const layer = adaptiveLayer(network, weight);
    const shape = read.shape.slice(0, -1);
    const wanted = adaptiveInputs(read.graph, { shape, tails: layer.tails.length });
    return adaptiveCrossEntropy(read, layer, wanted);
  },
  feeds: ({ indices, shape }, { network }) => {
    const { ends } = required(adaptiveParts(network, readoutWidthOf(topLevelOf(network))));
    return adaptiveFeeds(indices, { shape, ends });
  },
});

export const sampledSoftmax = byIndex({
  build: ({ read, network, weight }) => {
    const count = required(sampleCount(network));
    const given = sampledInputs(read.graph, { shape: read.shape.slice(0, -1), count });
    return sampledCrossEntropy(read, outputLayer(network, weight), given);
  },
  feeds: ({ indices, shape }, { network, seed }) => {
    const { classes } = network;
    const samples = drawSamples({ classes, count: required(sampleCount(network)), seed });
    return sampledFeeds(indices, { shape, words: classes, samples });
  },
});

/** The class of each place that the graph has, or IGNORED. */
interface Places {
  readonly indices: Int32Array;
  readonly shape: readonly number[];
}

interface ClassLossBuild {
  /** Declares the inputs that `feeds` fills. */
  readonly build: (given: LossInput) => ClassLoss;
  readonly feeds: (places: Places, given: LossTargets) => Record<string, Feed>;
}

/** A loss of targets that are indices of classes. */
function byIndex({ build, feeds }: ClassLossBuild): OnnxLoss {
  return {
    // Of timesteps, and with words that all of them share, it may be another.
    isBySequence: false,
    build: (given) => {
      const { loss, hits } = build(given);
      output('loss', loss);
      output('correct', total(hits));
      return { value: loss, gradient: scalar(loss, 1) };
    },
    feeds: (given) => feeds(placesOf(given), given),
    correct: ({ correct }) => correct![0]!,
  };
}

function placesOf({ network, targets, placement, timesteps }: LossTargets): Places {
  if (!(targets instanceof Int32Array)) throw new Error('Targets of this loss are indices');
  const sequences = placement.lengths.length;
  if (!answersTimesteps(network)) return { indices: targets, shape: [sequences] };
  const valid = withoutPadding(targets, placement, IGNORED);
  const indices = new Int32Array(sequences * timesteps).fill(IGNORED);
  for (let row = 0; row < sequences; row++) {
    const start = row * placement.timesteps;
    indices.set(valid.subarray(start, start + placement.timesteps), row * timesteps);
  }
  return { indices, shape: [sequences, timesteps] };
}

function required<T>(part: T | null): T {
  if (part === null) throw new Error('The network has another softmax than its loss');
  return part;
}
