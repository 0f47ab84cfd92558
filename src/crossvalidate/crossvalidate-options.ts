import type { EngineName } from '../engine/engine.js';
import type { Adjustments } from '../pipeline/adjust-pipeline.js';
import type { TrainEvent } from '../train/train-event.js';

export interface CrossvalidateOptions extends Adjustments {
  /** Parts, each of which is the test part once; at least 2, 5 when absent. */
  readonly folds?: number | undefined;
  /** How often all of it is done, each time with the next seed; 1 when absent. */
  readonly repeats?: number | undefined;
  /**
   * Settings that are chosen inside each fold, lists of values by their dotted names, as YAML has them:
   * `{'recurrent.layers': '[0, 1]'}`. All combinations are candidates.
   */
  readonly choose?: Readonly<Record<string, string>> | undefined;
  /** Folds of what a fold may train on, by which its settings are chosen; at least 2, 3 when absent. */
  readonly innerFolds?: number | undefined;
  /**
   * Share of answers in (0, 1] that are to be right: those too unsure for it become `unknown`, by a threshold that each
   * fold chooses on what it is not tested on. Not with minProbability; all answers stand when both are absent.
   */
  readonly targetPrecision?: number | undefined;
  /** Answers less probable than that, in [0, 1], become `unknown`. */
  readonly minProbability?: number | undefined;
  /** Also train every fold on so many examples of each class, to see how many are needed; not with `choose`. */
  readonly sizes?: readonly number[] | undefined;
  /** Folder of all that it writes. */
  readonly out: string;
  /** Also write one model that answers with the average of all folds' probabilities. */
  readonly ensemble?: boolean | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  /** Go on with what an earlier call left: finished folds stay, an interrupted one goes on. */
  readonly resume?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
}
