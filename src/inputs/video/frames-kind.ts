import type { Input, InputKind } from '../input-kind.js';
import { DEFAULT_VIEWS } from './augmentation-schema.js';
import { contradictingFrames } from './contradicting-frames.js';
import { describeFrames } from './describe-frames.js';
import { fewPictures } from './few-pictures.js';
import { encoderOf } from './frames-encoder.js';
import { type FramesInput, framesSchema } from './frames-schema.js';

/** Frames of a clip or an image sequence, one embedding a timestep. */
export const framesKind = {
  schema: framesSchema,
  open: (settings: FramesInput): Input => ({
    noun: 'clips',
    given: 'files',
    images: 'frames',
    source: { kind: 'encoded', frames: settings },
    hasTellingTimesteps: true,
    ngrams: null,
    vocabularyOf: null,
    timestep: () => ({
      kind: 'pictures',
      encoder: encoderOf(settings),
      streams: settings.streams.length,
      apart: settings.fusion === 'average' ? settings.streams.length : 1,
    }),
    views: (augmentation) => {
      if (augmentation) return augmentation.views;
      return settings.sampling.kind === 'segments' ? DEFAULT_VIEWS : 1;
    },
    remark: (examples) => fewPictures(examples, settings.sampling),
    // A picture of a digit is one timestep.
    isSequence: ({ image }) => image === undefined,
    contradictions: (pipeline) => contradictingFrames(settings, pipeline),
    illustrate: async (example, { signal }) => {
      if (example.image) return (await import('../digits/digit-film.js')).digitFilm(example.image);
      return (await import('./clip-film.js')).clipFilm(example, { input: settings, signal });
    },
    illustrationNote: settings.streams.every(({ kind }) => kind !== 'frames')
      ? 'The network read what moves from each of these frames to a later one.'
      : undefined,
    describe: () => describeFrames(settings),
  }),
} satisfies InputKind<FramesInput>;
