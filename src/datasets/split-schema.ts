import * as z from 'zod';

/** A network is trained for each. */
export const MOST_FOLDS = 1000;

const foldSchema = z.strictObject({
  number: z.int().min(1).describe('which fold, from 1'),
  of: z.int().min(2).max(MOST_FOLDS).describe('how many folds there are'),
});

const isThere = ({ number, of }: z.infer<typeof foldSchema>) => number <= of;
const notThere = { message: 'number must be at most of' };

/** How a dataset becomes training, validation and test part; see datasets/split.ts. */
export const splitSchema = z.strictObject({
  validation: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.15)
    .describe('share of the clips by which the epoch, the temperature and the threshold are chosen'),
  test: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.15)
    .describe('share of the clips that is scored once, at the end'),
  by: z
    .literal('hash')
    .optional()
    .describe(
      'groups go to parts by the sha256 of their names, separately for each set of classes: the same parts whatever the seed; drawn by the seed when left out',
    ),
  perClass: z
    .int()
    .min(1)
    .optional()
    .describe(
      'at most so many examples of each class in the training part, drawn by the seed; all when left out',
    ),
  fold: foldSchema
    .extend({
      without: foldSchema
        .refine(isThere, notThere)
        .optional()
        .describe('the test part of this fold is removed first, and the other parts are made from the rest'),
    })
    .refine(isThere, notThere)
    .optional()
    .describe(
      'instead of test: the test part is one of so many equal parts; validation is a share of the rest',
    ),
});
