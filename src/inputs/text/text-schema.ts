import * as z from 'zod';
import { BOUNDARIES, NORMALIZATIONS, UNITS } from './tokenizer.js';

/** A text as a sequence of tokens. */
export const textSchema = z.strictObject({
  kind: z.literal('text').describe('characters or words of a text, one a timestep'),
  unit: z.enum(UNITS).describe('what a timestep is'),
  boundaries: z
    .enum(BOUNDARIES)
    .optional()
    .describe('of words; spaces: for texts that are cut into words already; unicode when left out'),
  normalization: z.enum(NORMALIZATIONS).default('none').describe('lower-case: accents stay'),
  embedding: z.int().min(1).max(4096).describe('size of the vector that stands for a token'),
  minCount: z
    .int()
    .min(1)
    .default(2)
    .describe(
      'a token that the training part has less often is read as unknown, which gives the unknown token something to learn from',
    ),
  vocabulary: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('most tokens, the frequent ones first; all when left out'),
  longest: z
    .int()
    .min(1)
    .max(100_000)
    .default(1000)
    .describe('in tokens; the rest of a text, or of a sentence, is not read'),
  sentences: z
    .strictObject({
      most: z.int().min(1).max(10_000).describe('sentences of a text that are read'),
      keep: z.enum(['first', 'last']).default('first').describe('which ones, where a text has more'),
    })
    .optional()
    .describe(
      'a text is read sentence by sentence, as Unicode Standard Annex 29 cuts it, and recurrent.upper reads what is made of these',
    ),
});

export type TextInput = z.infer<typeof textSchema>;
