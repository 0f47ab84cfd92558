import * as z from 'zod';
import { encoderSchema } from '../encoder/encoder-schema.js';
import { sizeSchema } from '../media/frame-schema.js';

const teacherSchema = encoderSchema
  .pick({ architecture: true, alpha: true, weights: true })
  .extend({ size: sizeSchema.describe('side in pixels of the pictures that it sees') })
  .refine(({ weights }) => weights !== 'scratch', {
    path: ['weights'],
    message: 'must not be scratch: an untrained encoder has nothing to teach',
  });

/** A stage before the others; see train/distil.ts. */
export const distilSchema = z.strictObject({
  teacher: teacherSchema.describe('the larger encoder'),
  epochs: z.int().min(1).max(10_000).describe('passes over the training clips'),
  batchSize: z.int().min(1).max(4096).describe('clips a step'),
  pictures: z
    .int()
    .min(1)
    .max(1024)
    .default(4)
    .describe('of each clip of a step, drawn from its timesteps and streams'),
  learningRate: z.number().positive().max(10).describe('at its highest'),
});

export type Distil = z.infer<typeof distilSchema>;
