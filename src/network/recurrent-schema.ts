import * as z from 'zod';
import { CELLS } from './cells.js';
import { READOUTS } from './readouts.js';

/** The recurrent network of a pipeline; see recurrent.ts. */
export const recurrentSchema = z.strictObject({
  cell: z.enum(CELLS),
  units: z.int().min(1).max(4096),
  layers: z.int().min(0).max(8).default(1).describe('0: the readout reads the vectors themselves'),
  bidirectional: z.boolean().default(false),
  dropout: z.number().min(0).max(0.95).default(0),
  readout: z.enum(READOUTS).default('last'),
  segment: z
    .int()
    .min(2)
    .max(1024)
    .optional()
    .describe('timesteps of a segment where the readout is hierarchical; 8 when left out'),
});

/** How a head's kernel and bias are drawn. */
export const INITIAL_HEADS = ['glorot', 'normal'] as const;

export type RecurrentSettings = z.infer<typeof recurrentSchema>;
