// How far an example is from those that a network was trained on, as known-examples.ts describes these. Without Node.js, so
// that exported pages measure it, too.
import type { Weights } from '../../tensors/tensor.js';
import { directionsOf, nearestDirection } from './nearest-direction.js';
import { openNormal } from './normal-tensors.js';
import { OUTLIER_HEAD, openOutlierOdds } from './outlier-odds.js';
import { openSurprise } from './token-pairs.js';

/** What shows of an example whether a network was trained on the like. */
export interface Shown {
  /** What the head reads: float32 [readoutWidth]. */
  readonly readout: Float32Array;
  /** The encoder's statistics of its frames, their mean over time: float32 [pictures of a timestep x statisticsCount]. */
  readonly statistics?: Float32Array | undefined;
  /** What its frames look like by themselves, their mean over time: float32 [SCENE_STATISTICS]. */
  readonly scene?: Float32Array | undefined;
  /** Of a text, its tokens: int32 [timesteps]. */
  readonly tokens?: Int32Array | undefined;
}

/** How far an example is from those that a network was trained on. The limit lies near 1, see chooseMaxDistance. */
export type Distance = (shown: Shown) => number;

/**
 * Tensors among a model's weights that say what it was trained on. The measures: the nearest readout's direction (Sun et al.
 * 2022), the readouts of each class as a normal distribution, the encoder's statistics as one (Lee et al. 2018, who take
 * several layers, too), what the input itself is like: frames, or the tokens of a text; and, of a network that was trained on
 * outliers, too, how much more probable these are than its classes. Each tells other strangers from the known best.
 */
export const KNOWN_PREFIX = 'known.';

/** Of each measure a unit and a power, float32 [measures, 2]; see known-examples.ts. */
export const UNITS = `${KNOWN_PREFIX}units`;

/** What is described as a normal distribution, and as how many: of each class apart, or of all together. */
export interface NormalMeasure {
  readonly shows: 'readout' | 'statistics' | 'scene';
  readonly isByClass: boolean;
  /** Directions at most: with twice as many, strangers were told no better. */
  readonly most: number;
}

export const NORMALS: readonly NormalMeasure[] = [
  { shows: 'readout', isByClass: true, most: 8 },
  { shows: 'statistics', isByClass: false, most: 64 },
  { shows: 'scene', isByClass: false, most: 12 },
];

export const PAIRS = `${KNOWN_PREFIX}pairs`;

export const nameOf = ({ shows }: NormalMeasure): string => `${KNOWN_PREFIX}${shows}`;

/**
 * The distance is the mean of all measures' in this norm: the farthest counts most, and several that are somewhat far count, too.
 * With the largest alone, a model of generated clips told fewer real ones; with the plain mean, fewer scenes were told.
 */
const NORM = 4;

/** What is farther is given as this, so that a distance is a number in float32, too. */
const FARTHEST = 1e6;

/**
 * Of a network's weights; null where they do not say what it was trained on, or say it of another network.
 *
 * @param readoutWidth of the network's readout.
 */
export function openDistance(weights: Weights, readoutWidth: number): Distance | null {
  const units = weights.get(UNITS);
  if (!units || weights.get('known.readouts')!.shape[1] !== readoutWidth) return null;
  const measures = openMeasures(weights);
  return (shown) => {
    const powers = measures.map((measure, index) => {
      const [unit, power] = [units.data[2 * index]!, units.data[2 * index + 1]!];
      return Math.min(FARTHEST, (measure(shown) / unit) ** power) ** NORM;
    });
    return (powers.reduce((sum, value) => sum + value, 0) / powers.length) ** (1 / NORM);
  };
}

/** Each measure by itself, without its unit. */
export function openMeasures(weights: Weights): Distance[] {
  const readouts = weights.get('known.readouts')!;
  const width = readouts.shape[1]!;
  const nearest = nearestDirection(directionsOf(readouts.data, width), width);
  const normals = NORMALS.flatMap((measure): Distance[] => {
    const normal = openNormal(nameOf(measure), weights);
    return normal ? [(shown) => normal(shown[measure.shows]!)] : [];
  });
  const pairs = weights.get(PAIRS);
  const surprise = pairs && openSurprise(pairs);
  const head = weights.get(OUTLIER_HEAD);
  const odds = head && openOutlierOdds(head);
  return [
    ({ readout }) => nearest(readout),
    ...normals,
    ...(surprise ? [({ tokens }: Shown) => surprise(tokens!)] : []),
    ...(odds ? [({ readout }: Shown) => odds(readout)] : []),
  ];
}
