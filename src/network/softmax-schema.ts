import * as z from 'zod';

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
    .describe('each tail is this many times narrower than the one before'),
});

const sampledSchema = z.strictObject({
  kind: z
    .literal('sampled')
    .describe('training uses a few classes, drawn afresh in each step, in place of all; otherwise as full'),
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
