import type { Example } from '../datasets/dataset.js';
import { random } from '../random.js';

/** Of an epoch, by its examples. More of them would leave the classes less of the network, and of its steps. */
const MOST = 1 / 2;

export interface OutlierTurns {
  readonly perEpoch: number;
  /** @param epoch of all stages, from 0. */
  readonly of: (epoch: number) => readonly Example[];
}

/**
 * Which outliers are read in an epoch: all of them, or where they are more than half of the examples, others in every epoch, in
 * an order that is drawn once.
 *
 * @param options.examples how many there are in the training part.
 */
export function outlierTurns(
  outliers: readonly Example[],
  { examples, seed }: { examples: number; seed: number },
): OutlierTurns {
  const perEpoch = Math.min(outliers.length, Math.ceil(MOST * examples));
  const drawn = random(seed, 'outliers').shuffle([...outliers]);
  return {
    perEpoch,
    of: (epoch) =>
      Array.from({ length: perEpoch }, (_, index) => drawn[(epoch * perEpoch + index) % drawn.length]!),
  };
}
