import * as z from 'zod';

/** A picture of a digit as a sequence of its rows. */
export const rowsSchema = z.strictObject({
  kind: z.literal('rows').describe('the 28 rows of 28 pixels of a picture of a digit, one a timestep'),
});

export type RowsInput = z.infer<typeof rowsSchema>;
