import * as z from 'zod';
import { CELL_LAYOUTS, CELLS } from './cells.js';
import { READOUT_LAYOUTS, READOUTS } from './readouts.js';
import { softmaxSchema } from './softmax-schema.js';

const CELL = meanings(CELL_LAYOUTS);
const UNITS = 'size of the state, of each direction';
const BIDIRECTIONAL = 'reads the sequence forwards and backwards';
const READOUT = `what of the outputs decides; ${meanings(READOUT_LAYOUTS)}`;

/** A level over segments; see recurrent.ts. */
const upperSchema = z.strictObject({
  cell: z.enum(CELLS).describe(CELL),
  units: z.int().min(1).max(4096).describe(UNITS),
  layers: z.int().min(1).max(8).default(1).describe('stacked'),
  bidirectional: z.boolean().default(false).describe(BIDIRECTIONAL),
  readout: z.enum(READOUTS).default('last').describe(READOUT),
});

/** What reads a source; see recurrent.ts. */
const sourceSchema = z.strictObject({
  cell: z.enum(CELLS).describe(CELL),
  units: z.int().min(1).max(4096).describe(UNITS),
  layers: z.int().min(1).max(8).default(1).describe('stacked'),
  bidirectional: z.boolean().default(true).describe(BIDIRECTIONAL),
});

/** The recurrent network of a pipeline; see recurrent.ts. */
export const recurrentSchema = z.strictObject({
  cell: z.enum(CELLS).describe(CELL),
  units: z.int().min(1).max(4096).describe(UNITS),
  layers: z.int().min(0).max(8).default(1).describe('0: the readout reads the vectors themselves'),
  bidirectional: z.boolean().default(false).describe(BIDIRECTIONAL),
  dropout: z
    .number()
    .min(0)
    .max(0.95)
    .default(0)
    .describe('share of the inputs of each layer and of the head that is left out at random in training'),
  readout: z.enum(READOUTS).default('last').describe(READOUT),
  segment: z
    .int()
    .min(2)
    .max(1024)
    .optional()
    .describe(
      'timesteps of a segment where the readout is hierarchical or there is an upper level; 8 when left out',
    ),
  tied: z
    .boolean()
    .optional()
    .describe(
      'the head shares the table of the embedding, which must be as wide as what the head reads; only for tokens',
    ),
  softmax: softmaxSchema
    .optional()
    .describe('over large vocabularies, where every timestep has an answer; full when left out'),
  upper: upperSchema
    .optional()
    .describe('a second recurrent network, over segments; the readout makes a vector of each'),
  source: sourceSchema
    .optional()
    .describe('a recurrent network of its own that reads what is translated, and that this one attends to'),
});

/** How a head's kernel and bias are drawn. */
export const INITIAL_HEADS = ['glorot', 'normal'] as const;

/** How an embedding's vectors are drawn; see initialize-network.ts. */
export const INITIAL_EMBEDDINGS = ['normal', 'small'] as const;

export type RecurrentSettings = z.infer<typeof recurrentSchema>;

function meanings(layouts: Readonly<Record<string, { readonly meaning: string }>>): string {
  return Object.entries(layouts)
    .map(([name, { meaning }]) => `${name}: ${meaning}`)
    .join('; ');
}
