import * as z from 'zod';
import { encoderSchema } from '../../encoder/encoder-schema.js';
import { gapSchema, preprocessingSchema, samplingSchema } from '../../media/frame-schema.js';

const gain = z.number().positive().max(255);

/** What the encoder is shown of a timestep; several are several streams (Simonyan and Zisserman 2014). */
const streamSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('frames').describe('the frame itself') }),
  z.strictObject({
    kind: z.literal('difference').describe('what changes to a later frame: gain x |later - frame|'),
    gain: gain.default(3).describe('by which the difference is multiplied'),
  }),
  z.strictObject({
    kind: z
      .literal('flow')
      .describe('where each pixel goes until a later frame: red to the right, green downwards, blue how far'),
    gain: gain.default(12).describe('of 255, for a movement of one pixel'),
  }),
]);

/** Frames of a clip as a sequence of embeddings, and how. The same in training and prediction: bundles keep it. */
export const framesSchema = z.strictObject({
  kind: z.literal('frames').describe('frames of a clip or an image sequence, one embedding a timestep'),
  sampling: samplingSchema.describe('which frames of a clip are read'),
  preprocessing: preprocessingSchema.describe("how a frame becomes the encoder's square picture"),
  streams: z
    .array(streamSchema)
    .min(1)
    .max(8)
    .default([{ kind: 'frames' }])
    .describe('what the encoder is shown of each timestep'),
  gap: gapSchema.optional(),
  fusion: z
    .enum(['concatenate', 'average'])
    .default('concatenate')
    .describe(
      'of several streams; concatenate: one network reads their embeddings together; average: a network for each, the mean of their probabilities',
    ),
  encoder: encoderSchema.describe('the network that embeds each picture'),
});

export type FramesInput = z.infer<typeof framesSchema>;
export type Stream = FramesInput['streams'][number];
