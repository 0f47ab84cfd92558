import { encodedWidth } from '../encoder/mobilenet.js';
import type { SequenceBatch } from '../inputs/batches.js';
import type { FramesInput } from '../inputs/video/frames-schema.js';
import { type FrameRun, streamPictures } from '../inputs/video/stream-pictures.js';
import { SCENE_STATISTICS, scenesOf } from '../media/scene-statistics.js';
import type { Networks } from '../network/networks.js';
import { readoutWidthOf, topLevelOf } from '../network/recurrent.js';
import { type Distance, openDistance } from '../tasks/classification/known-distance.js';
import { joinColumns } from '../tensors/columns.js';
import { largest } from '../tensors/largest.js';
import type { Weights } from '../tensors/tensor.js';
import type { Classification, Engine, FrameEncoder, SequenceClassifier } from './engine.js';
import { distinctEncoders, type FeaturePlace, ownFeatures, placesOfMembers } from './feature-places.js';
import { shownOf } from './shown.js';

/** A model as engines load it. */
export interface Members {
  readonly networks: Networks;
  readonly members: readonly Weights[];
  /** sha256 of the file that the weights are read of: engines may keep what they make of these; see Engine. */
  readonly digest?: string | undefined;
}

/**
 * The encoders of a model's members as one: float32 [count, encoders x encodedWidth], what each encoder gives
 * beside those of the others. Members that share an encoder have it once.
 */
export async function loadEncoders(
  engine: Engine,
  { networks, members, digest }: Members,
): Promise<FrameEncoder> {
  const network = networks.encoder;
  if (!network) throw new Error('The network reads no frames');
  const encoders: FrameEncoder[] = [];
  for (const [index, weights] of distinctEncoders(network, members).entries()) {
    encoders.push(await engine.loadEncoder(network, weights, digest && `encoder ${index} of ${digest}`));
  }
  return {
    encode: async (frames) => {
      const features: Float32Array[] = [];
      for (const encoder of encoders) features.push(await encoder.encode(frames));
      return joinColumns(features, features[0]!.length / encodedWidth(network));
    },
    release: async () => {
      for (const encoder of encoders) await encoder.release();
    },
  };
}

/**
 * What classifiers read of frames: float32 [frames, values of a timestep], what the encoders give of all its pictures and
 * then the statistics of the frame itself.
 */
export async function encodeTimesteps(
  encoders: Pick<FrameEncoder, 'encode'>,
  { frames, input }: { frames: FrameRun; input: FramesInput },
): Promise<Float32Array> {
  const scenes = scenesOf(frames.pixels, input.preprocessing.size);
  const features = await encoders.encode(streamPictures(frames, input));
  return joinColumns([features, scenes], scenes.length / SCENE_STATISTICS);
}

/**
 * The classifiers of a model's members as one that reads what `encodeTimesteps` gives: the log of the members'
 * mean probability, divided by the temperature (Guo et al. 2017, arXiv 1706.04599). With one member, these
 * are its logits divided by the temperature. Readouts lie beside each other, [batch, members x readoutWidth]. Distances are
 * the members' mean, where all of them say what they were trained on; see known-examples.ts.
 */
export async function loadClassifiers(
  engine: Engine,
  options: Members & { temperature: number },
): Promise<SequenceClassifier> {
  const { members, temperature, digest } = options;
  const network = options.networks.recurrent;
  const places = placesOfMembers(options.networks, members);
  const classifiers: SequenceClassifier[] = [];
  for (const [index, weights] of members.entries()) {
    classifiers.push(await engine.loadClassifier(network, weights, digest && `member ${index} of ${digest}`));
  }
  const width = readoutWidthOf(topLevelOf(network));
  const known = members.flatMap((weights) => openDistance(weights, width) ?? []);
  return {
    classify: async (batch) => {
      const results: Classification[] = [];
      for (const [index, classifier] of classifiers.entries()) {
        const own = batch.kind === 'tokens' ? batch : ownFeatures(batch, places[index]!);
        results.push(await classifier.classify(own));
      }
      const distances = known.length === members.length ? { batch, places, known } : null;
      return {
        ...combine(results, { classes: network.classes, temperature }),
        distances: distances ? meanDistances(results, distances) : undefined,
      };
    },
    release: async () => {
      for (const classifier of classifiers) await classifier.release();
    },
  };
}

/** Of each sequence of a batch, the members' mean. */
function meanDistances(
  results: readonly Classification[],
  {
    batch,
    places,
    known,
  }: {
    batch: SequenceBatch;
    places: readonly FeaturePlace[];
    known: readonly Distance[];
  },
): Float32Array {
  const ofMembers = results.map(({ readout }, member) =>
    Float32Array.from(shownOf(batch, { readout, place: places[member]! }), known[member]!),
  );
  return mean(ofMembers);
}

function combine(
  results: readonly Classification[],
  { classes, temperature }: { classes: number; temperature: number },
): Classification {
  const [first] = results;
  const averaged =
    results.length === 1
      ? first!.logits
      : logOfMean(
          results.map(({ logits }) => logits),
          classes,
        );
  const attentions = results.flatMap(({ attention }) => attention ?? []);
  return {
    logits: averaged.map((logit) => logit / temperature),
    readout: joinColumns(
      results.map(({ readout }) => readout),
      first!.logits.length / classes,
    ),
    attention: attentions.length > 0 ? mean(attentions) : undefined,
  };
}

/** Log of the mean of softmax(logits), float32 [batch, classes]. */
function logOfMean(members: readonly Float32Array[], classes: number): Float32Array {
  const normalised = members.map((logits) => logSoftmax(logits, classes));
  return normalised[0]!.map((_, index) => {
    const logs = normalised.map((values) => values[index]!);
    const highest = largest(logs);
    const sum = logs.reduce((total, log) => total + Math.exp(log - highest), 0);
    return highest + Math.log(sum / logs.length);
  });
}

function logSoftmax(logits: Float32Array, classes: number): Float32Array {
  const result = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    const highest = largest(row);
    const sum = row.reduce((total, logit) => total + Math.exp(logit - highest), 0);
    for (let index = 0; index < classes; index++) {
      result[start + index] = row[index]! - highest - Math.log(sum);
    }
  }
  return result;
}

function mean(arrays: readonly Float32Array[]): Float32Array {
  return arrays[0]!.map((_, index) => arrays.reduce((sum, array) => sum + array[index]!, 0) / arrays.length);
}
