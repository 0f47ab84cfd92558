import { mobileNetParameters } from '../encoder/encoder-parameters.js';
import { featureCount, type MobileNet } from '../encoder/mobilenet.js';
import type { Networks } from '../network/networks.js';
import { type Distance, KNOWN_READOUTS, openDistance } from '../tasks/classification/known-readouts.js';
import { largest } from '../tensors/largest.js';
import { requireTensor, sameValues, type Weights } from '../tensors/tensor.js';
import type { Classification, Engine, FrameEncoder, SequenceClassifier } from './engine.js';

/**
 * The encoders of a model's members as one: float32 [count, encoders x featureCount], the features of each
 * encoder beside those of the others. Members that share an encoder have it once.
 */
export async function loadEncoders(
  engine: Engine,
  { networks, members }: { networks: Networks; members: readonly Weights[] },
): Promise<FrameEncoder> {
  const network = networks.encoder;
  if (!network) throw new Error('The network reads no frames');
  const encoders: FrameEncoder[] = [];
  for (const weights of distinctEncoders(network, members)) {
    encoders.push(await engine.loadEncoder(network, weights));
  }
  return {
    encode: async (frames) => {
      const features: Float32Array[] = [];
      for (const encoder of encoders) features.push(await encoder.encode(frames));
      return interleave(features, featureCount(network));
    },
    release: async () => {
      for (const encoder of encoders) await encoder.release();
    },
  };
}

/** Weights of each encoder that differs from those before it. */
export function distinctEncoders(network: MobileNet, members: readonly Weights[]): Weights[] {
  return members.filter((_, index) => encoderOf(network, members, index) === index);
}

/**
 * The classifiers of a model's members as one that reads what `loadEncoders` gives: the log of the members'
 * mean probability, divided by the temperature (Guo et al. 2017, arXiv 1706.04599). With one member, these
 * are its logits divided by the temperature. Readouts lie beside each other, [batch, members x readoutWidth]. Distances are
 * the members' mean, where all of them know readouts of what they were trained on; see known-readouts.ts.
 */
export async function loadClassifiers(
  engine: Engine,
  options: { networks: Networks; members: readonly Weights[]; temperature: number },
): Promise<SequenceClassifier> {
  const { members, temperature } = options;
  const network = options.networks.recurrent;
  const places = placesOfMembers(options.networks, members);
  const classifiers: SequenceClassifier[] = [];
  for (const weights of members) classifiers.push(await engine.loadClassifier(network, weights));
  const known = members.flatMap((weights) => weights.get(KNOWN_READOUTS) ?? []);
  const distances = known.length === members.length ? known.map(openDistance) : [];
  return {
    classify: async (batch) => {
      const results: Classification[] = [];
      for (const [index, classifier] of classifiers.entries()) {
        const own = batch.kind === 'tokens' ? batch : ownFeatures(batch, places[index]!);
        results.push(await classifier.classify(own));
      }
      const { classes } = network;
      return {
        ...combine(results, { classes, temperature }),
        distances: meanDistances(results, { distances, classes }),
      };
    },
    release: async () => {
      for (const classifier of classifiers) await classifier.release();
    },
  };
}

/** Where a member's features lie: of every `of` vectors of that width, the one at `place`. */
export interface FeaturePlace {
  readonly place: number;
  readonly of: number;
  readonly width: number;
}

/**
 * The features of each member among those that `loadEncoders` gives: they lie picture by picture, those of each
 * encoder one after the other. Members take turns in the pictures of a timestep.
 */
export function placesOfMembers(
  { encoder, recurrent, apart }: Networks,
  members: readonly Weights[],
): FeaturePlace[] {
  if (!encoder) return members.map(() => ({ place: 0, of: 1, width: recurrent.inputs }));
  const distinct = distinctEncoders(encoder, members);
  return members.map((_, index) => ({
    place: (index % apart) * distinct.length + distinct.indexOf(members[encoderOf(encoder, members, index)]!),
    of: apart * distinct.length,
    width: featureCount(encoder),
  }));
}

/** Index of the first member with the same encoder. */
export function encoderOf(network: MobileNet, members: readonly Weights[], index: number): number {
  const names = mobileNetParameters(network).map(({ name }) => name);
  const own = members[index]!;
  return members.findIndex((other) =>
    names.every((name) => sameValues(requireTensor(other, name), requireTensor(own, name))),
  );
}

/** [count, width] of each into [count, parts x width]. */
function interleave(parts: readonly Float32Array[], width: number): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const together = new Float32Array(parts[0]!.length * parts.length);
  parts.forEach((part, place) => {
    for (let row = 0; row * width < part.length; row++) {
      together.set(part.subarray(row * width, (row + 1) * width), (row * parts.length + place) * width);
    }
  });
  return together;
}

/** A member's own out of the features of all. */
export function ownFeatures<T extends { readonly data: Float32Array }>(
  features: T,
  { place, of, width }: FeaturePlace,
): T {
  if (of === 1) return features;
  const data = new Float32Array(features.data.length / of);
  for (let row = 0; row * width < data.length; row++) {
    const start = (row * of + place) * width;
    data.set(features.data.subarray(start, start + width), row * width);
  }
  return { ...features, data };
}

/** Of each sequence of a batch, the members' mean; undefined where they do not know. */
function meanDistances(
  results: readonly Classification[],
  { distances, classes }: { distances: readonly Distance[]; classes: number },
): Float32Array | undefined {
  if (distances.length === 0) return undefined;
  const ofMembers = results.map(({ logits, readout }, member) => {
    const count = logits.length / classes;
    const width = readout.length / count;
    return Float32Array.from({ length: count }, (_, row) =>
      distances[member]!(readout.subarray(row * width, (row + 1) * width)),
    );
  });
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
    readout: interleave(
      results.map(({ readout }) => readout),
      first!.readout.length / (first!.logits.length / classes),
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
