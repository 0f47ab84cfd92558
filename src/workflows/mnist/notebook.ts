import { join } from 'node:path';
import { shippedPath } from '../../platform/shipped.js';
import { wilsonInterval } from '../../tasks/classification/metrics.js';
import { type TrainResult, train } from '../train.js';
import { type MnistOptions, shared } from './train-mnist.js';

/** What a tutorial wrote down as its result, and what its settings give on all test images. */
export interface Reproduction {
  readonly optimizer: string;
  readonly quoted: Anchor;
  readonly result: TrainResult;
}

export interface Anchor {
  readonly accuracy: number;
  readonly testImages: number;
  /** 95 % Wilson interval of an accuracy on so few images. */
  readonly interval: readonly [low: number, high: number];
}

/**
 * Accuracies of the recurrent network notebook of aymericdamien/TensorFlow-Examples: of its version with
 * plain SGD (10,000 steps), and of an earlier one with Adam (100,000 images).
 */
export const NOTEBOOK: Readonly<Record<'sgd' | 'adam', Anchor>> = { sgd: anchor(113), adam: anchor(123) };

function anchor(correct: number): Anchor {
  // The notebook scores the first 128 test images.
  const testImages = 128;
  return { accuracy: correct / testImages, testImages, interval: wilsonInterval(correct, testImages) };
}

/**
 * Trains with the notebook's settings, once with SGD and once with Adam, and scores all test images. The
 * models go to `sgd` and `adam` in `options.out`. Results and errors as of train().
 *
 * @param options.steps of training, instead of the notebook's.
 */
export async function reproduceNotebook(
  options: MnistOptions & { out: string; steps?: number | undefined },
): Promise<Reproduction[]> {
  const set = options.steps === undefined ? {} : { 'training.steps': String(options.steps) };
  const reproductions: Reproduction[] = [];
  for (const optimizer of ['sgd', 'adam'] as const) {
    const out = join(options.out, optimizer);
    const result = await train({
      ...shared({ ...options, out }),
      pipeline: shippedPath('pipeline', `mnist-notebook-${optimizer}`),
      set,
    });
    reproductions.push({ optimizer, quoted: NOTEBOOK[optimizer], result });
  }
  return reproductions;
}
