import type { PictureChange } from '../../media/augment-picture.js';
import type { Sampling } from '../../media/frame-schema.js';
import type { Pace } from '../../media/sampling.js';
import { type Random, random } from '../../random.js';
import type { ReadableExample, View } from '../sequence-reader.js';
import type { Augmentation } from './augmentation-schema.js';
import type { FramesInput } from './frames-schema.js';
import { evaluationSampling } from './read-clip.js';

/** How a clip is read. It holds no more than what differs from the clip itself, so that equal views are one. */
export interface ClipView {
  readonly sampling: Sampling;
  /** Draws the times of `segments` sampling and of a pace with jitter. */
  readonly seed?: number | undefined;
  readonly pace?: Pace | undefined;
  readonly picture?: PictureChange | undefined;
  readonly isReversed?: true | undefined;
}

export interface ViewSource {
  readonly input: FramesInput;
  readonly augmentation?: Augmentation | undefined;
  readonly seed: number;
}

/** One view of an example. All chance in it is drawn here, once, so that it is the same for all frames. */
export function clipView(
  { input, augmentation, seed }: ViewSource,
  example: ReadableExample,
  view: View,
): ClipView {
  const { sampling } = input;
  if (view === 'evaluation') return { sampling: evaluationSampling(sampling) };
  const draw: Draw = (purpose) => random(seed, 'augmentation', example.id, view, purpose);
  const isDrawnInTime = sampling.kind === 'segments' || (augmentation?.timeJitter ?? 0) > 0;
  return {
    sampling,
    seed: isDrawnInTime ? draw('times').integer(0, 2 ** 31) : undefined,
    ...(augmentation && drawChange(augmentation, draw)),
  };
}

/** A stream for each purpose: a setting that is added does not change what the others draw. */
type Draw = (purpose: string) => Random;

function drawChange(augmentation: Augmentation, draw: Draw): Omit<ClipView, 'sampling' | 'seed'> {
  const { timeJitter: jitter = 0, speed: range, reverse = 0 } = augmentation;
  const picture = drawPicture(augmentation, draw);
  const pacing = draw('speed');
  const speed = range ? between(pacing, range) : 1;
  return {
    pace: range || jitter > 0 ? { jitter, speed, position: pacing.float() } : undefined,
    picture: Object.values(picture).some((change) => change !== undefined) ? picture : undefined,
    isReversed: draw('reverse').float() < reverse || undefined,
  };
}

function drawPicture({ crop, flip = 0, colour }: Augmentation, draw: Draw): PictureChange {
  return {
    window: crop === undefined ? undefined : drawWindow(crop, draw('crop')),
    isMirrored: draw('flip').float() < flip || undefined,
    colour: colour && drawColour(colour, draw('colour')),
  };
}

function drawWindow(smallest: number, stream: Random): NonNullable<PictureChange['window']> {
  const side = between(stream, [smallest, 1]);
  return { side, left: stream.float() * (1 - side), top: stream.float() * (1 - side) };
}

function drawColour(
  { brightness, contrast, saturation }: NonNullable<Augmentation['colour']>,
  stream: Random,
): NonNullable<PictureChange['colour']> {
  const factor = (strength: number) => between(stream, [1 - strength, 1 + strength]);
  return { brightness: factor(brightness), contrast: factor(contrast), saturation: factor(saturation) };
}

const between = (stream: Random, [least, most]: readonly [number, number]): number =>
  least + stream.float() * (most - least);
