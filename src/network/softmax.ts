import { UserError } from '../errors.js';
import type { Loss } from './losses.js';
// Not the schema itself: a model's thread loads this file, and never zod.
import type { softmaxSchema } from './softmax-schema.js';

/** How the head makes probabilities of many classes; see softmaxSchema. */
export type Softmax = ReturnType<(typeof softmaxSchema)['parse']>;

/** The loss, by class index, that trains a network's answers. */
export const SOFTMAX_LOSSES: Readonly<Record<Softmax['kind'], Loss>> = {
  full: 'sparse-cross-entropy',
  adaptive: 'adaptive-cross-entropy',
  sampled: 'sampled-cross-entropy',
};

/** What of a network its softmax is made of. */
interface Head {
  readonly softmax?: Softmax | undefined;
  readonly classes: number;
}

/** The parts of an adaptive softmax. */
export interface AdaptiveParts {
  /** Classes of the head that are frequent words; as many after these as there are tails. */
  readonly frequent: number;
  /** Of each tail its words, and the size of the vectors that tell them apart. */
  readonly tails: ReadonlyArray<{ readonly words: number; readonly width: number }>;
  /** Where the frequent words end, and then each tail: the last is the number of classes. */
  readonly ends: readonly [number, ...number[]];
}

/** The parts of a network's adaptive softmax; null where it is another. @param width of what the head reads. */
export function adaptiveParts({ softmax, classes }: Head, width: number): AdaptiveParts | null {
  if (softmax?.kind !== 'adaptive') return null;
  const { cutoffs, shrink } = softmax;
  const frequent = cutoffs[0]!; // the schema wants one at least
  const others = [...cutoffs.slice(1), classes];
  const tails = others.map((end, tail) => ({
    words: end - cutoffs[tail]!,
    width: Math.max(1, Math.floor(width / shrink ** (tail + 1))),
  }));
  return { frequent, tails, ends: [frequent, ...others] };
}

/** Of a network whose softmax is sampled how many classes are drawn; null where it is another. */
export const sampleCount = ({ softmax }: Head): number | null =>
  softmax?.kind === 'sampled' ? softmax.samples : null;

/** @throws UserError `bad_config` for a softmax that needs more classes than there are. */
export function requireClasses({ softmax, classes }: Head): void {
  const needed =
    softmax?.kind === 'adaptive'
      ? softmax.cutoffs.at(-1)!
      : softmax?.kind === 'sampled'
        ? softmax.samples
        : 0;
  if (needed < classes) return;
  const name = softmax?.kind === 'adaptive' ? 'cutoffs' : 'samples';
  throw new UserError('bad_config', {
    problem: `recurrent.softmax.${name} needs more than ${needed} tokens; the training part has a vocabulary of ${classes}.`,
    fix: `Lower recurrent.softmax.${name}, or leave recurrent.softmax out, as small vocabularies do.`,
  });
}
