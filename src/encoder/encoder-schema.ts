import * as z from 'zod';
import { ARCHITECTURES } from './mobilenet.js';

const poolingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('global').describe('the mean over the whole picture') }),
  z.strictObject({
    kind: z.literal('grid').describe('the mean of each of n x n fields: keeps where something is'),
    n: z.int().min(2).max(7).describe('fields along each side'),
  }),
]);

/** The network that embeds a picture, and where its first weights come from. */
export const encoderSchema = z.strictObject({
  architecture: z.enum(ARCHITECTURES).describe('the network'),
  alpha: z.number().min(0.1).max(2).describe('width multiplier'),
  blocks: z
    .int()
    .min(1)
    .optional()
    .describe('only this many of its blocks, from the stem on: smaller, and keeps more detail'),
  pooling: poolingSchema
    .default({ kind: 'global' })
    .describe("how its last feature map becomes a frame's features"),
  weights: z
    .string()
    .min(1)
    .describe(
      'scratch, hub, or the folder of a model, relative to the pipeline file: a Clipstep model, whose encoder is taken, or a TensorFlow.js model',
    ),
});

export type Encoder = z.infer<typeof encoderSchema>;
