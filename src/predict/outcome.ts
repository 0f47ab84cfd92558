import type { EngineName } from '../engine/engine.js';
import type { ErrorCode } from '../errors.js';
import type { AttendedSentence } from '../inputs/text/attended-sentences.js';
import type { PlanKind } from '../media/frames.js';
import type { Answer, RankedClass } from '../tasks/classification/answer.js';
import type { Segment, Span } from './batch/windows.js';

/** What was found out about one input. */
export type Outcome = Classified | Failed;

/** What a model answers for a clip, and what it answers that of. */
export type Classified = Answer & Reading;

interface Reading extends Judged, Judgement {
  /** Where the network attends: how much to each timestep, a weight each that sum to 1. */
  readonly attention?: readonly number[] | undefined;
  /** Beside `attention`, of a text: what each timestep is, markers of its bounds included. */
  readonly pieces?: readonly string[] | undefined;
  /** Beside `attention`, of a text that is read by sentences. */
  readonly sentences?: readonly AttendedSentence[] | undefined;
  /** Beside `attention`, of a clip: when each frame is on screen, from its start. */
  readonly timesSeconds?: readonly number[] | undefined;
}

/** What a model answers beside a class, for a clip or a window of it. */
interface Judgement {
  /** Of the most probable class, in [0, 1], whether or not that is the answer. */
  readonly probability: number;
  /** From what the model was trained on, where it knows; beyond the model's limit the answer is unknown. */
  readonly distance?: number | undefined;
  /** The most probable classes, most probable first. */
  readonly top: readonly RankedClass[];
  /** Frames that the network read; absent for a text. */
  readonly frames?: number | undefined;
  /** Of a text: its tokens that the network read, the markers before and after it not counted. */
  readonly tokens?: number | undefined;
  /** Those of them that the model does not know. */
  readonly unknownTokens?: number | undefined;
  /** Of these, the ones that are damaged, where that was allowed; absent where none is. */
  readonly damaged?: number | undefined;
  /** Of a video: how it was decoded, `whole`, `excerpt` or `seeks` for the frames that the model samples, otherwise for neighbours. */
  readonly plan?: PlanKind | undefined;
}

/** What was judged, and by what. */
interface Judged {
  readonly input: string;
  /** Absent for a text. */
  readonly durationSeconds?: number | undefined;
  /** Folder of the model. */
  readonly model: string;
  readonly engine: EngineName;
  /**
   * Wall time in which the clip waited for frames, for the encoder, for the recurrent network: frames are encoded
   * while the next ones are decoded. The first clip waits for the model to be loaded, too.
   */
  readonly milliseconds: { readonly decode: number; readonly encode: number; readonly recurrent: number };
}

/** What was found out about one input, window by window. */
export type WindowsOutcome = ClassifiedWindows | Failed;

export interface ClassifiedWindows extends Judged {
  readonly kind: 'windows';
  /** At least one. */
  readonly windows: ReadonlyArray<Span & Answer & Judgement>;
  /** Neighbouring windows of one class, joined. */
  readonly segments: readonly Segment[];
}

export interface Failed {
  readonly kind: 'failed';
  readonly input: string;
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly fix: string };
}
