import { mobileNetParameters } from '../encoder/encoder-parameters.js';
import { encodedWidth, featureCount, type MobileNet } from '../encoder/mobilenet.js';
import { SCENE_STATISTICS } from '../media/scene-statistics.js';
import type { Networks } from '../network/networks.js';
import { takeColumns } from '../tensors/columns.js';
import { sameValues } from '../tensors/same-values.js';
import { requireTensor, type Weights } from '../tensors/tensor.js';

/**
 * Where a member's features lie among the values of a timestep: at the beginning of one of every `of` vectors of `stride`, the
 * one at `place`. After the vectors of all pictures come the frame's own statistics.
 */
export interface FeaturePlace {
  readonly place: number;
  readonly of: number;
  readonly stride: number;
  readonly width: number;
  /** Pictures of a timestep that the member reads. */
  readonly pictures: number;
  /** How many statistics of the frame there are; see media/scene-statistics.ts. */
  readonly scene: number;
}

/** All values of a timestep. */
export const timestepWidth = ({ of, stride, pictures, scene }: FeaturePlace): number =>
  pictures * of * stride + scene;

/**
 * The features of each member among those that `loadEncoders` gives: they lie picture by picture, those of each
 * encoder one after the other. Members take turns in the pictures of a timestep.
 */
export function placesOfMembers(
  { encoder, recurrent, apart }: Networks,
  members: readonly Weights[],
): FeaturePlace[] {
  const { inputs } = recurrent;
  const whole = { place: 0, of: 1, stride: inputs, width: inputs, pictures: 1, scene: 0 };
  if (!encoder) return members.map(() => whole);
  const distinct = distinctEncoders(encoder, members);
  const width = featureCount(encoder);
  return members.map((_, index) => ({
    place: (index % apart) * distinct.length + distinct.indexOf(members[encoderOf(encoder, members, index)]!),
    of: apart * distinct.length,
    stride: encodedWidth(encoder),
    width,
    pictures: inputs / width,
    scene: SCENE_STATISTICS,
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

/** What all encoders give of frames, the features of all members without statistics. */
export function featuresOnly<T extends { readonly data: Float32Array; readonly timesteps: number }>(
  encoded: T,
  encoder: MobileNet,
): T {
  const [stride, width] = [encodedWidth(encoder), featureCount(encoder)];
  const whole = encoded.data.length / encoded.timesteps;
  const vectors = takeColumns(encoded.data, { start: 0, stride: whole, width: whole - SCENE_STATISTICS });
  return { ...encoded, data: takeColumns(vectors, { start: 0, stride, width }) };
}

/** A member's own out of the features of all. */
export function ownFeatures<T extends { readonly data: Float32Array }>(features: T, place: FeaturePlace): T {
  const { of, stride, width, scene } = place;
  if (of === 1 && stride === width && scene === 0) return features;
  const whole = timestepWidth(place);
  const vectors = takeColumns(features.data, { start: 0, stride: whole, width: whole - scene });
  return {
    ...features,
    data: takeColumns(vectors, { start: place.place * stride, stride: of * stride, width }),
  };
}
