import * as z from 'zod';
import { encodingSchema } from './texts/encoding-schema.js';

const generated = z.strictObject({
  perClass: z.int().min(1).max(100_000).describe('clips of each class'),
  seed: z.int().min(0).describe('draws the clips: other seeds give other ones'),
});

const ENDING = /^[A-Za-z0-9-]+$/;
const ENDS = 'must be letters, digits and hyphens, without a dot';

/** What a pipeline trains on. */
export const dataSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('folder').describe('a folder of classes, or a manifest'),
    path: z.string().min(1).describe('relative to the pipeline file'),
  }),
  z.strictObject({
    kind: z.literal('motion').describe('generated motion clips, made when they are first needed'),
    train: generated.describe('what is trained on, and validated'),
    test: generated.describe('what is tested on'),
  }),
  z.strictObject({
    kind: z
      .literal('mnist')
      .describe('MNIST, downloaded when it is first needed; --data gives a folder of its files instead'),
  }),
  z.strictObject({
    kind: z
      .literal('texts')
      .describe(
        'a folder with a file (.txt) for each class, each line an example; or a table (.csv, .tsv) with the columns text and label',
      ),
    path: z.string().min(1).optional().describe('relative to the pipeline file; --data when left out'),
    encoding: encodingSchema,
  }),
  z.strictObject({
    kind: z
      .literal('pairs')
      .describe(
        'texts with what follows from each: a folder with two files of lines for each part, such as train.de and train.en; or a table (.tsv) without a header, a pair a line',
      ),
    from: z
      .string()
      .regex(ENDING, ENDS)
      .describe('ending of the files of a folder that are read, such as de'),
    to: z.string().regex(ENDING, ENDS).describe('ending of those that are to be written, such as en'),
    path: z.string().min(1).optional().describe('relative to the pipeline file; --data when left out'),
    encoding: encodingSchema,
  }),
]);

export type DataSettings = z.infer<typeof dataSchema>;
