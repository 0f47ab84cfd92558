import { mobileNetParameters } from '../encoder/encoder-parameters.js';
import { encodedWidth, featureCount, type MobileNet } from '../encoder/mobilenet.js';
import type { Networks } from '../network/networks.js';
import { requireTensor, sameValues, type Weights } from '../tensors/tensor.js';

/** Where a member's features lie: at the beginning of one of every `of` vectors of `stride`, the one at `place`. */
export interface FeaturePlace {
  readonly place: number;
  readonly of: number;
  readonly stride: number;
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
  const whole = { place: 0, of: 1, stride: recurrent.inputs, width: recurrent.inputs };
  if (!encoder) return members.map(() => whole);
  const distinct = distinctEncoders(encoder, members);
  return members.map((_, index) => ({
    place: (index % apart) * distinct.length + distinct.indexOf(members[encoderOf(encoder, members, index)]!),
    of: apart * distinct.length,
    stride: encodedWidth(encoder),
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

/** Weights of each encoder that differs from those before it. */
export function distinctEncoders(network: MobileNet, members: readonly Weights[]): Weights[] {
  return members.filter((_, index) => encoderOf(network, members, index) === index);
}

/** What `loadEncoders` gives of frames, the features of all members without their statistics. */
export function featuresOnly<T extends { readonly data: Float32Array }>(encoded: T, encoder: MobileNet): T {
  const [stride, width] = [encodedWidth(encoder), featureCount(encoder)];
  return { ...encoded, data: takeColumns(encoded.data, { start: 0, stride, width }) };
}

/** A member's own out of the features of all. */
export function ownFeatures<T extends { readonly data: Float32Array }>(
  features: T,
  { place, of, stride, width }: FeaturePlace,
): T {
  if (of === 1 && stride === width) return features;
  return {
    ...features,
    data: takeColumns(features.data, { start: place * stride, stride: of * stride, width }),
  };
}

/** Of rows of `stride` values, the `width` ones from `start` on. */
export function takeColumns(
  data: Float32Array,
  { start, stride, width }: { start: number; stride: number; width: number },
): Float32Array {
  const rows = data.length / stride;
  const taken = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const from = row * stride + start;
    taken.set(data.subarray(from, from + width), row * width);
  }
  return taken;
}
