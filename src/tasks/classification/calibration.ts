import { type Random, random } from '../../random.js';
import { argmax } from '../../tensors/largest.js';
import { meanOf } from '../../tensors/mean.js';
import { quantile } from '../bootstrap.js';
import { softmax } from './metrics.js';

/** Logits float32 [examples, classes], and the class index of each example. */
export interface Answers {
  readonly logits: Float32Array;
  readonly truth: readonly number[];
}

interface NamedAnswers extends Answers {
  /** Tells examples apart: of one, there may be several answers. All are of different ones when absent. */
  readonly ids?: readonly string[] | undefined;
}

/** How far probabilities can be taken at their word. */
export interface Calibration {
  /** Expected calibration error in [0, 1]: mean distance of confidence to accuracy, over the bins. */
  readonly error: number;
  /**
   * What that error would be, in 95 % of all cases, of a network that is right exactly as often as it says: even one is
   * off by chance, on few examples by much (Vaicenavicius et al. 2019, arXiv 1902.06977, section 6). Asked again about an
   * example, as cross-validation does in each repeat, that network is right about it again where it is as sure.
   */
  readonly range: readonly [low: number, high: number];
  /** Mean probability of the predicted classes: above the accuracy, the network is too sure of itself. */
  readonly confidence: number;
  /** Points of a reliability plot, rising; empty bins are left out. */
  readonly bins: readonly CalibrationBin[];
}

export interface CalibrationBin {
  /** Confidences in (from, to]. */
  readonly from: number;
  readonly to: number;
  readonly examples: number;
  /** Mean probability of the predicted class. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** As in Guo et al. 2017. */
const BINS = 15;

/**
 * Expected calibration error over 15 bins of equal width (Guo et al. 2017, arXiv 1706.04599), beside what it would be of
 * a network that is calibrated. At least one example.
 *
 * @param seed draws that network's answers.
 */
export function measureCalibration(answers: NamedAnswers, seed: number): Calibration {
  const all = confidences(answers);
  const bins = binsOf(all);
  return {
    error: errorOf(bins, all.length),
    range: errorRange(all, { examples: exampleOfEach(answers), stream: random(seed, 'calibration') }),
    confidence: meanOf(all.map(({ confidence }) => confidence)),
    bins,
  };
}

/** Whether what is measured may well be of a network whose probabilities are true. */
export const isCalibrated = ({ error, range: [, high] }: Calibration): boolean => error <= high;

interface Confident {
  readonly confidence: number;
  readonly isRight: boolean;
}

function binsOf(all: readonly Confident[]): CalibrationBin[] {
  return Array.from({ length: BINS }, (_, index): CalibrationBin[] => {
    const inside = all.filter(({ confidence }) => binOf(confidence) === index);
    if (inside.length === 0) return [];
    return [
      {
        from: index / BINS,
        to: (index + 1) / BINS,
        examples: inside.length,
        confidence: meanOf(inside.map(({ confidence }) => confidence)),
        accuracy: meanOf(inside.map(({ isRight }) => Number(isRight))),
      },
    ];
  }).flat();
}

const errorOf = (bins: readonly CalibrationBin[], examples: number): number =>
  bins.reduce((sum, bin) => sum + (bin.examples / examples) * Math.abs(bin.confidence - bin.accuracy), 0);

/** Answers of a calibrated network that are drawn: the range's ends then vary by some hundredths of its width. */
const DRAWS = 1000;

/** The errors when each answer is right with the probability that was given for it: one draw decides all of an example. */
function errorRange(
  all: readonly Confident[],
  { examples, stream }: { examples: readonly number[]; stream: Random },
): [low: number, high: number] {
  const places = all.map(({ confidence }) => binOf(confidence));
  const draws = new Float64Array(new Set(examples).size);
  const errors = Float64Array.from({ length: DRAWS }, () => {
    const excess = new Float64Array(BINS);
    for (let example = 0; example < draws.length; example++) draws[example] = stream.float();
    all.forEach(({ confidence }, index) => {
      excess[places[index]!]! += confidence - Number(draws[examples[index]!]! < confidence);
    });
    return excess.reduce((sum, value) => sum + Math.abs(value), 0) / all.length;
  }).sort();
  return [quantile(errors, 0.025), quantile(errors, 0.975)];
}

/** Which example each answer is of, numbered as they first come. */
function exampleOfEach({ truth, ids }: NamedAnswers): number[] {
  const numbers = new Map<string, number>();
  return truth.map((_, index) => {
    const id = ids?.[index] ?? String(index);
    const number = numbers.get(id) ?? numbers.size;
    numbers.set(id, number);
    return number;
  });
}

/** The probability of each example's predicted class, and whether that class is right. */
export function confidences({ logits, truth }: Answers): Confident[] {
  const classes = logits.length / truth.length;
  return truth.map((label, index) => {
    const probabilities = softmax(logits.subarray(index * classes, (index + 1) * classes));
    const predicted = argmax(probabilities);
    return { confidence: probabilities[predicted]!, isRight: predicted === label };
  });
}

const binOf = (confidence: number): number =>
  Math.min(BINS - 1, Math.max(0, Math.ceil(confidence * BINS) - 1));
