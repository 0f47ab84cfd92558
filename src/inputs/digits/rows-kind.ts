import { IMAGE_SIDE } from '../../datasets/mnist/labelled-images.js';
import type { Input, InputKind } from '../input-kind.js';
import { withoutEncoder } from '../without-encoder.js';
import { type RowsInput, rowsSchema } from './rows-schema.js';

/** A picture of a digit, row by row. */
export const rowsKind = {
  schema: rowsSchema,
  open: (): Input => ({
    noun: 'images',
    given: 'files',
    images: 'clips',
    source: {
      kind: 'direct',
      open: () => async (example) => (await import('./read-rows.js')).readRows(example),
    },
    // A digit's middle row says little of it.
    hasTellingTimesteps: false,
    ngrams: null,
    vocabularyOf: null,
    timestep: () => ({ kind: 'vector', width: IMAGE_SIDE }),
    views: () => 1,
    remark: null,
    isSequence: () => true,
    contradictions: (pipeline) => withoutEncoder('rows', pipeline),
    illustrate: async (example) => (await import('./digit-film.js')).rowsFilm(example),
    describe: () => '- Input: the 28 rows of a digit, 28 pixels a timestep.',
  }),
} satisfies InputKind<RowsInput>;
