import type * as z from 'zod';
import type { DataSettings } from '../datasets/data-schema.js';
import type { MobileNet } from '../encoder/mobilenet.js';
import type { RecurrentSequence } from './batches.js';
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
  /** How its examples are given to be classified: as files, or as texts. */
  readonly given: 'files' | 'texts';
  /** What an image among the files is: a frame of an example, or an example. */
  readonly images: 'frames' | 'clips';
  readonly source: Source;
  /** Whether one timestep says something by itself, as a frame does: the middle one then is a baseline. */
  readonly hasTellingTimesteps: boolean;
  /**
   * The n-grams of an example, in order, for a baseline that knows no sequences; null where a timestep is no symbol.
   */
  readonly ngrams: ((example: ReadableExample) => string[]) | null;
  /** The symbols that it knows by the training part, and that a model keeps; null where a timestep is no symbol. */
  readonly vocabularyOf: ((train: readonly ReadableExample[]) => Promise<readonly string[]>) | null;
  /**
   * What the network is given of a timestep.
   *
   * @param vocabulary as vocabularyOf gave it; none where it gives none.
   * @throws UserError `bad_config` for an encoder that there is not.
   */
  timestep(vocabulary: readonly string[]): Timestep;
  /** How many views an example has in training; an epoch reads the one of its number, modulo this. */
  views(augmentation: Augmentation | undefined): number;
  /** What is to be said, once, of examples that its settings hardly suit; null for nothing. */
  readonly remark: ((examples: readonly ReadableExample[]) => Promise<string | null>) | null;
  /** Whether an example is more than one timestep, so that their order may matter. */
  isSequence(example: ReadableExample): boolean;
  /** Where its settings do not go with the rest of the pipeline. */
  contradictions(pipeline: Surroundings): Contradiction[];
  /** What a report shows of an example. @throws UserError when it cannot be read. */
  illustrate(example: ReadableExample, options: { signal?: AbortSignal | undefined }): Promise<Illustration>;
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
  | { readonly kind: 'vector'; readonly width: number }
  /** The number of a token, 0 to tokens - 1; an embedding makes a vector float32 [width] of it. */
  | { readonly kind: 'token'; readonly tokens: number; readonly width: number };

/** Where the sequences come from that the recurrent network reads. */
export type Source =
  /** Frames, by way of an encoder; video/sequences.ts reads them. */
  | { readonly kind: 'encoded'; readonly frames: FramesInput }
  /**
   * What is in an example, as it is, its tokens by their place in the vocabulary where it has one. The reader throws a
   * UserError when an example cannot be read.
   */
  | {
      readonly kind: 'direct';
      readonly open: (vocabulary: readonly string[]) => SequenceReader<RecurrentSequence>;
    };

/** What a report shows of an example. */
export type Illustration = Film | Passage;

export interface Film {
  readonly kind: 'film';
  /** Of the timesteps, or of as many as are shown, in order; JPEGs in base64. */
  readonly pictures: readonly string[];
  /** Of every timestep, from the clip's start; absent for a picture of a digit. */
  readonly timesSeconds?: readonly number[] | undefined;
}

export interface Passage {
  readonly kind: 'passage';
  /** Of every timestep, in order. */
  readonly pieces: readonly string[];
  /** What stands between two of them. */
  readonly between: string;
  /** How many pieces each sentence has, where it is read by sentences. */
  readonly sentences?: readonly number[] | undefined;
}

/** What of a pipeline its input has to go with. */
export interface Surroundings {
  readonly data?: DataSettings | undefined;
  readonly training: {
    readonly train: 'recurrent' | 'everything';
    readonly augmentation?: Augmentation | undefined;
    readonly mixup?: number | undefined;
    readonly standardize: boolean;
  };
  readonly recurrent: { readonly upper?: object | undefined; readonly segment?: number | undefined };
  readonly distil?: object | undefined;
  readonly finetune?: ReadonlyArray<{ readonly fromBlock: number }> | undefined;
}

/** A setting that does not go with another. */
export interface Contradiction {
  readonly path: string[];
  readonly message: string;
}
