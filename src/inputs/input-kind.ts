import type * as z from 'zod';
import type { DataSettings } from '../datasets/data-schema.js';
import type { MobileNet } from '../encoder/mobilenet.js';
import type { FeatureSequence } from './batches.js';
import type { ReadableExample, SequenceReader } from './sequence-reader.js';
import type { Augmentation } from './video/augmentation-schema.js';
import type { FramesInput } from './video/frames-schema.js';

/**
 * One kind of input: what a pipeline may have under `input`, and all that is asked of it. Every command loads every kind:
 * what reads or illustrates an example is loaded by `import()`, when there is one.
 */
export interface InputKind<Settings> {
  /** Of the settings under `input`, `kind` among them. */
  readonly schema: z.ZodType<Settings>;
  readonly open: (settings: Settings) => Input;
}

/** An input kind with a pipeline's settings. */
export interface Input {
  /** What people call its examples, in the plural. */
  readonly noun: string;
  /** What an image among the files is: a frame of an example, or an example. */
  readonly images: 'frames' | 'clips';
  readonly source: Source;
  /** Whether one timestep says something by itself, as a frame does: the middle one then is a baseline. */
  readonly hasTellingTimesteps: boolean;
  /** What the network is given of a timestep. @throws UserError `bad_config` for an encoder that there is not. */
  timestep(): Timestep;
  /** How many views an example has in training; an epoch reads the one of its number, modulo this. */
  views(augmentation: Augmentation | undefined): number;
  /** Whether an example is more than one timestep, so that their order may matter. */
  isSequence(example: ReadableExample): boolean;
  /** Where its settings do not go with the rest of the pipeline. */
  contradictions(pipeline: Surroundings): Contradiction[];
  /** What a report shows of an example. @throws UserError when it cannot be read. */
  illustrate(example: ReadableExample, options: { signal?: AbortSignal | undefined }): Promise<Film>;
  /** What a report says of all illustrations. */
  readonly illustrationNote?: string | undefined;
  /** What a model card says of it, in Markdown. */
  describe(): string;
}

/** What the network is given of a timestep. */
export type Timestep =
  /** uint8 RGB [streams, size, size, 3], which an encoder makes features of. */
  | {
      readonly kind: 'pictures';
      readonly encoder: MobileNet;
      readonly streams: number;
      /** How many of the streams are read by a recurrent network of their own. */
      readonly apart: number;
    }
  /** float32 [width]. */
  | { readonly kind: 'vector'; readonly width: number };

/** Where the sequences come from that the recurrent network reads. */
export type Source =
  /** Frames, by way of an encoder; video/sequences.ts reads them. */
  | { readonly kind: 'encoded'; readonly frames: FramesInput }
  /** What is in an example, as it is. It throws a UserError when the example cannot be read. */
  | { readonly kind: 'direct'; readonly read: SequenceReader<FeatureSequence> };

/** What a report shows of an example. */
export interface Film {
  /** Of the timesteps, or of as many as are shown, in order; JPEGs in base64. */
  readonly pictures: readonly string[];
  /** Of every timestep, from the clip's start; absent for a picture of a digit. */
  readonly timesSeconds?: readonly number[] | undefined;
}

/** What of a pipeline its input has to go with. */
export interface Surroundings {
  readonly data?: DataSettings | undefined;
  readonly training: {
    readonly train: 'recurrent' | 'everything';
    readonly augmentation?: Augmentation | undefined;
  };
  readonly distil?: object | undefined;
  readonly finetune?: readonly object[] | undefined;
}

/** A setting that does not go with another. */
export interface Contradiction {
  readonly path: string[];
  readonly message: string;
}
