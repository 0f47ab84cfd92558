import * as z from 'zod';

/** Settings of a pipeline's `training` that only classification has. */
export const classificationTraining = {
  labelSmoothing: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe('share of each target that is spread over all classes (Szegedy et al. 2016)'),
  loss: z
    .enum(['cross-entropy', 'focal'])
    .default('cross-entropy')
    .describe(
      'focal: examples that the network is sure of, such as most of a frequent class, count little (Lin et al. 2017)',
    ),
  sampler: z
    .enum(['shuffled', 'balanced'])
    .default('shuffled')
    .describe(
      'balanced: an epoch shows every class equally often, examples of a rare class several times and of a frequent one not all',
    ),
  classWeights: z
    .enum(['none', 'balanced'])
    .default('none')
    .describe('balanced: examples of a rare class count more, so that all classes count the same'),
};

export type ClassificationTraining = z.infer<z.ZodObject<typeof classificationTraining>>;
