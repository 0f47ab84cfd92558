import * as z from 'zod';

/** Settings of a pipeline's `training` that only classification has. */
export const classificationTraining = {
  labelSmoothing: z.number().min(0).max(0.5).default(0),
  classWeights: z
    .enum(['none', 'balanced'])
    .default('none')
    .describe('balanced: examples of a rare class count more, so that all classes count the same'),
};

export type ClassificationTraining = z.infer<z.ZodObject<typeof classificationTraining>>;
