import type { Readable } from 'node:stream';
import type { Bundle } from '../../bundle/bundle.js';
import type { EngineName } from '../../engine/engine.js';
import type { UserError } from '../../errors.js';
import type { StartProgram } from '../../platform/child-process/program.js';
import type { Answer, RankedClass } from '../../tasks/classification/answer.js';
import type { Span, Windowing } from '../batch/windows.js';

export interface WatchOptions {
  readonly bundle: Bundle;
  /**
   * `camera`, `camera:NAME`, a device such as /dev/video0, an rtsp(s) or http(s) address, or a file; or a stream of bytes,
   * which is destroyed at the end.
   */
  readonly source: string | Readable;
  /** Whether a file is read as slowly as it plays; one is refused without. */
  readonly realtime?: boolean | undefined;
  /**
   * 2 s every 0.5 s when absent. A class begins at `enter`, which is as probable as an answer has to be, and at least
   * 0.5, when absent, and ends below `leave`, seven tenths of `enter` when absent.
   */
  readonly windowing?: Windowing | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  /** Classes that a window lists; 3 when absent. */
  readonly top?: number | undefined;
  /** A window whose best class is less probable is unknown; the model's own threshold when absent. */
  readonly minProbability?: number | undefined;
  /** A window that is farther from what the model was trained on is unknown; the model's own limit when absent. */
  readonly maxDistance?: number | undefined;
  /** After so long without a frame a camera or an address is opened again; 10 when absent. */
  readonly stallSeconds?: number | undefined;
  readonly startProgram?: StartProgram | undefined;
  /** Ends the watch, which is not an error. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: WatchEvent) => void) | undefined;
}

/** Times are seconds since the first frame, as the source stamps them; where it was away, by the clock. */
export type WatchEvent =
  /** The first frame has come, of each connection to the source. */
  | { readonly kind: 'connected'; readonly source: string }
  /** A source that was not meant to end has ended, or gives no frames: it is opened again after so many seconds. */
  | { readonly kind: 'lost'; readonly problem: UserError | null; readonly retrySeconds: number }
  | WatchedWindow
  | LabelStart
  | LabelEnd;

export interface WatchedWindow extends Span {
  readonly kind: 'window';
  readonly answer: Answer;
  /** Of the most probable class, whether or not that is the answer. */
  readonly probability: number;
  /** From what the model was trained on, where it knows. */
  readonly distance?: number | undefined;
  readonly top: readonly RankedClass[];
  /** The latest frame that it reads. */
  readonly latestSeconds: number;
  /** Of its timesteps, those whose frame was dropped: the one before stands for it. */
  readonly dropped: number;
}

export interface LabelStart {
  readonly kind: 'start';
  readonly label: string;
  /** In the window that begins it. */
  readonly probability: number;
  /** The middle of that window: until then, less than half of it showed the label. */
  readonly startSeconds: number;
}

export interface LabelEnd {
  readonly kind: 'end';
  readonly label: string;
  /** The mean over its windows. */
  readonly probability: number;
  readonly startSeconds: number;
  /** The middle of the window that ends it; of what was cut short, the end of its last window. */
  readonly endSeconds: number;
  /** `left`: it is no longer shown; or the source was lost or has ended, or the watch was stopped. */
  readonly reason: EndReason;
}

export type EndReason = 'left' | 'lost' | 'ended' | 'stopped';

export interface WatchResult {
  /** Windows that were answered. */
  readonly windows: number;
  /** Labels that began. */
  readonly starts: number;
  /** Connections to the source that gave frames. */
  readonly connections: number;
  /** Frames that were not encoded, since newer ones had come. */
  readonly droppedFrames: number;
  /** Windows that were not answered, since newer ones had come. */
  readonly droppedWindows: number;
}
