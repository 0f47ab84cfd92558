import type { Bundle } from '../../bundle/bundle.js';
import type { SplitName } from '../../datasets/dataset.js';
import type { EngineName } from '../../engine/engine.js';
import type { EvaluateOptions } from '../../workflows/evaluate-bundle.js';
import type { TrainOptions } from '../../workflows/train.js';
import type { WindowFlags } from '../window-options.js';

/**
 * What the commands do that go by a model's task: each does it, and gives what is to be said of it.
 * `Test` is what a model's manifest keeps of its test part.
 */
export interface TaskCommands<Test = never> {
  /** @param options.json gives what came of it as a line of JSON. */
  train(options: TrainOptions & { json?: boolean }): Promise<string>;
  evaluate(
    bundle: Bundle,
    flags: EvaluateFlags,
    run: Pick<EvaluateOptions, 'signal' | 'onEvent'>,
  ): Promise<string>;
  /** What `models` says of a test part. */
  testLine(test: Test): string;
}

/** Of `clipstep evaluate`. */
export interface EvaluateFlags extends WindowFlags {
  readonly data?: string;
  readonly split: SplitName | 'all';
  readonly topK: number;
  readonly encoding?: string;
  readonly engine: 'auto' | EngineName;
  readonly calibrate?: boolean;
  readonly describe?: boolean;
  readonly targetPrecision?: number;
  readonly minProbability?: number;
  readonly withoutLeaks?: boolean;
  readonly maxDistance?: number;
  readonly outliers?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly intervals?: string;
}
