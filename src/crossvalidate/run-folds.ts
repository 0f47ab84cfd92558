import { mkdir, readdir } from 'node:fs/promises';
import type { EngineName } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { type Adjustments, readAdjustedPipeline } from '../pipeline/adjust-pipeline.js';
import type { Pipeline } from '../pipeline/schema.js';
import { requireCommand } from '../tasks/commands.js';
import type { TrainEvent } from '../train/train-event.js';
import { type Fold, runFold, type TrainFold } from './fold.js';
import { planChoices } from './plan-choices.js';
import { type FoldPosition, positionText } from './position.js';
import { thresholdOf } from './select-answers.js';
import { type FoldSummary, summarizeFolds } from './summarize-folds.js';

export interface CrossvalidateOptions extends Adjustments {
  /** Folder of classes, or manifest; what the pipeline names when absent. */
  readonly data?: string | undefined;
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

/** What there is to tell of a cross-validation. */
export interface CrossValidation extends FoldSummary {
  readonly folder: string;
  /** Without a fold. */
  readonly pipeline: Pipeline;
  readonly labels: readonly string[];
}

/**
 * Trains a pipeline once for each fold, always on the others, and scores it on the one left out: every
 * example is tested once a repeat by a network that has not seen its group. Validation parts, which calibrate
 * and, unless the last is kept, choose the epoch, are drawn from what is not tested, so that nothing is chosen on
 * a test part. Nor are settings that are to be chosen: each fold chooses its own, by a cross-validation of what it
 * may train on (nested). Nor are thresholds: see select-answers.ts.
 *
 * @param trainModel leaves a model in the folder repeat-<r>/fold-<f>, with the files of train/result-files.ts.
 * @throws UserError as trainModel, and `usage` for a folder that is not empty, or cannot be resumed, and as
 *   planChoices.
 */
export async function runFolds(
  options: CrossvalidateOptions,
  trainModel: TrainFold,
): Promise<{ folds: Fold[]; result: CrossValidation }> {
  const { out, folds: of = 5, repeats = 1, choose } = options;
  const threshold = thresholdOf(options);
  const pipeline = await readAdjustedPipeline(options);
  requireCommand('crossvalidate', { name: pipeline.name, pipeline });
  await checkFolder(out, options.resume ?? false);
  const positions = positionsOf({ of, repeats, seed: pipeline.seed });
  if (!choose && options.innerFolds !== undefined) throw nothingToChoose();
  const plans = choose && (await planChoices(choose, { options, positions }));
  const folds: Fold[] = [];
  for (const [index, position] of positions.entries()) {
    options.onEvent?.({ kind: 'note', message: positionText(position) });
    folds.push(await runFold(position, { plan: plans?.[index] ?? null, options, trainModel }));
  }
  const { labels } = folds[0]!.bundle.manifest;
  const summary = summarizeFolds({ folds, labels, seed: pipeline.seed, threshold });
  if (summary.leaks.length > 0) options.onEvent?.({ kind: 'leaks', leaks: summary.leaks });
  return { folds, result: { ...summary, folder: out, pipeline, labels } };
}

function positionsOf({ of, repeats, seed }: { of: number; repeats: number; seed: number }): FoldPosition[] {
  return Array.from({ length: repeats }, (_, repeat) =>
    Array.from({ length: of }, (_, fold) => ({
      ...{ repeat: repeat + 1, number: fold + 1, of, seed: seed + repeat },
    })),
  ).flat();
}

function nothingToChoose(): UserError {
  return new UserError('usage', {
    problem: 'Inner folds are to choose settings by, but there are none to choose.',
    fix: "Say what to choose from, such as --choose 'recurrent.layers=[0,1]', or leave --inner-folds out.",
  });
}

async function checkFolder(out: string, resume: boolean): Promise<void> {
  await mkdir(out, { recursive: true });
  const isEmpty = (await readdir(out)).length === 0;
  if (resume && isEmpty) {
    throw new UserError('usage', {
      problem: `There is no cross-validation to resume in ${out}.`,
      fix: 'Leave --resume out, or give the --out of the one that was interrupted.',
    });
  }
  if (!resume && !isEmpty) {
    throw new UserError('usage', {
      problem: `${out} is not empty; what was trained is never overwritten.`,
      fix: 'Give another folder with --out, or go on with --resume.',
    });
  }
}
