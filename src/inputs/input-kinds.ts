import * as z from 'zod';
import { rowsSchema } from './digits/rows-schema.js';
import { framesSchema } from './video/frames-schema.js';

/** What becomes a sequence of vectors, and how. The same in training and prediction: bundles keep it. */
export const inputSchema = z.discriminatedUnion('kind', [framesSchema, rowsSchema]);

export type InputSettings = z.infer<typeof inputSchema>;
