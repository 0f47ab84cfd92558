import * as z from 'zod';
import { UserError } from '../errors.js';
import type { Loss } from './losses.js';

const fullSchema = z.strictObject({
  kind: z.literal('full').describe('a logit for every class, in every step'),
});

const adaptiveSchema = z.strictObject({
  kind: z
    .literal('adaptive')
    .describe('in two steps: a frequent word, or which tail; and the word in the tail'),
  cutoffs: z
    .array(z.int().min(1))
    .min(1)
    .max(8)
    .refine((cutoffs) => cutoffs.every((end, index) => end > (cutoffs[index - 1] ?? 0)), 'must rise')
    .describe('where the frequent words end, and then each tail but the last'),
  shrink: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('how many times as narrow each tail is as the one before'),
});

const sampledSchema = z.strictObject({
  kind: z
    .literal('sampled')
    .describe('training sees few classes, drawn anew in each step, in place of all others; else as full'),
  samples: z.int().min(1).max(1_000_000).describe('classes that are drawn'),
});

/**
 * How the head makes probabilities of many classes, ordered from the most frequent to the rarest.
 *
 * `full`: the softmax over all.
 * `adaptive`: Grave et al. 2017 (arXiv 1609.04309): a distribution over all classes, too, of fewer weights.
 * `sampled`: Bengio and Senecal 2008; an estimate of `full`, in training alone.
 */
export const softmaxSchema = z.discriminatedUnion('kind', [fullSchema, adaptiveSchema, sampledSchema]);

export type Softmax = z.infer<typeof softmaxSchema>;

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
