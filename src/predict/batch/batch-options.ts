import { availableParallelism } from 'node:os';
import type { Bundle } from '../../bundle/bundle.js';
import type { Skipped } from '../../datasets/dataset.js';
import type { EngineName } from '../../engine/engine.js';
import type { PlanChoice } from '../../media/frames.js';
import type { RemoteOptions } from '../remote-clips.js';
import type { Shard } from './shard.js';
import type { SubtitleFormat } from './subtitles.js';
import type { BatchSummary } from './summarize-rows.js';
import type { Windowing } from './windows.js';
import type { BatchFormat } from './write-results.js';

export interface BatchOptions {
  readonly bundle: Bundle;
  /** Folder with clips below it, or a manifest (CSV); for a model of texts, a file of lines or a table, see list-texts.ts. */
  readonly source: string;
  /**
   * File of the results. Where it stands, the batch goes on with what is missing in it. With `shard`, a folder may be
   * given, into which a part is written that is called by shard and settings.
   */
  readonly out: string;
  /** `jsonl` when absent. Tables and rows of windows are written at the end, out of `<out>.clips.jsonl`. */
  readonly format?: BatchFormat | undefined;
  /** Of texts; UTF-8 when absent. */
  readonly encoding?: string | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  /**
   * Clips under way at once; one more than the machine has cores when absent, so that no core is idle while the last
   * frames of a clip are encoded.
   */
  readonly jobs?: number | undefined;
  readonly shard?: Shard | undefined;
  /** Which frames of a video stand for those that the model samples; `quick` when absent. */
  readonly sampling?: PlanChoice | undefined;
  /** Classes that a row lists; 5 when absent. */
  readonly top?: number | undefined;
  /** A clip whose best class is less probable gets no label; the model's own threshold when absent. */
  readonly minProbability?: number | undefined;
  /** A clip that is farther from what the model was trained on gets no label; the model's own limit when absent. */
  readonly maxDistance?: number | undefined;
  /** Classify clips with damaged frames all the same; their rows say how many these are. */
  readonly allowDamaged?: boolean | undefined;
  /** Longest time that one clip may take; 600 when absent. */
  readonly timeoutSeconds?: number | undefined;
  /** Classify each clip window by window, a row each, instead of as a whole. */
  readonly windowing?: Windowing | undefined;
  /** Write subtitles beside each clip that say what its windows show. */
  readonly subtitles?: SubtitleFormat | undefined;
  /** File for a page that shows the results, with nothing outside of itself. */
  readonly report?: string | undefined;
  /** Folder for each clip's features. */
  readonly embeddings?: string | undefined;
  /** Follow links that leave the folder. */
  readonly followLinks?: boolean | undefined;
  /** How clips are fetched whose rows of a manifest give an address. */
  readonly remote?: RemoteOptions | undefined;
  /** Stop at the first clip that fails. */
  readonly strict?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: BatchEvent) => void) | undefined;
}

export type BatchEvent =
  /** `finished` clips have rows already, of which the run makes sure. */
  | {
      readonly kind: 'found';
      readonly clips: number;
      readonly finished: number;
      readonly skipped: readonly Skipped[];
      /** Lines of the results that were damaged, whose clips are classified again. */
      readonly damagedLines: number;
    }
  /** `kept`: its row stood already. */
  | {
      readonly kind: 'clip';
      readonly outcome: 'classified' | 'failed' | 'kept';
      readonly done: number;
      readonly total: number;
      readonly failures: number;
    };

export interface BatchResult extends BatchSummary {
  readonly out: string;
  /** Clips whose rows stood already. */
  readonly kept: number;
  readonly skipped: readonly Skipped[];
  /** Whether all clips have rows: false when `strict` stopped at a failure. */
  readonly isComplete: boolean;
}

/** The options with what stands for those that are absent. */
export function withDefaults(options: BatchOptions) {
  return {
    ...options,
    format: options.format ?? 'jsonl',
    jobs: options.jobs ?? availableParallelism() + 1,
    sampling: options.sampling ?? 'quick',
    top: options.top ?? 5,
    allowDamaged: options.allowDamaged ?? false,
    minProbability: options.minProbability ?? options.bundle.manifest.minProbability,
    maxDistance: options.maxDistance ?? options.bundle.manifest.maxDistance,
    timeoutSeconds: options.timeoutSeconds ?? 600,
  };
}
