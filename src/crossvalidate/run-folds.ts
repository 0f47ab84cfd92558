import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { readAdjustedPipeline } from '../pipeline/adjust-pipeline.js';
import type { Pipeline } from '../pipeline/schema.js';
import { makeFolder } from '../platform/make-folder.js';
import { cannotWriteResult } from '../platform/write-result.js';
import { requireCommand } from '../tasks/commands.js';
import { calibrateFolds } from './calibrate-folds.js';
import type { CrossvalidateOptions } from './crossvalidate-options.js';
import { type Fold, runFold, type TrainFold } from './fold.js';
import { planChoices } from './plan-choices.js';
import { type FoldPosition, positionText } from './position.js';
import { thresholdOf } from './select-answers.js';
import { measureSizes, type SizeFigure } from './sizes.js';
import { type FoldSummary, summarizeFolds } from './summarize-folds.js';

/** What there is to say of a cross-validation. */
export interface CrossValidation extends FoldSummary {
  readonly folder: string;
  /** Without a fold. */
  readonly pipeline: Pipeline;
  readonly labels: readonly string[];
  /** How good it is on fewer examples, the last one being all; none when that was not asked for. */
  readonly sizes: readonly SizeFigure[];
}

/**
 * Trains a pipeline once for each fold, always on the others, and scores it on the one left out: every
 * example is tested once a repeat by a network that has not seen its group. Validation parts, which calibrate
 * and, unless the last is kept, choose the epoch, are drawn from what is not tested, so that nothing is chosen on
 * a test part. Nor are settings that are to be chosen: each fold chooses its own, by a cross-validation of what it
 * may train on (nested). Nor are temperatures and thresholds: see calibrate-folds.ts and select-answers.ts.
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
  if (choose && options.sizes) throw sizesOfSeveral();
  await checkFolder(out, options.resume ?? false);
  const positions = positionsOf({ of, repeats, seed: pipeline.seed });
  if (!choose && options.innerFolds !== undefined) throw nothingToChoose();
  const plans = choose && (await planChoices(choose, { options, positions }));
  const folds: Fold[] = [];
  for (const [index, position] of positions.entries()) {
    options.onEvent?.({ kind: 'note', message: positionText(position) });
    const fold = runFold(position, { plan: plans?.[index] ?? null, options, trainModel });
    folds.push(await fold.finally(() => removeEmpty(join(out, `repeat-${position.repeat}`))));
  }
  const { labels } = folds[0]!.bundle.manifest;
  const calibrated = calibrateFolds(folds);
  const summary = summarizeFolds({ ...calibrated, labels, seed: pipeline.seed, threshold });
  if (summary.leaks.length > 0) options.onEvent?.({ kind: 'leaks', leaks: summary.leaks });
  const fewer = options.sizes ? await measureSizes(options.sizes, { options, positions }) : [];
  const sizes = fewer.length > 0 ? [...fewer, wholeSize(summary, folds)] : [];
  return { folds: calibrated.folds, result: { ...summary, folder: out, pipeline, labels, sizes } };
}

function wholeSize({ outOfFold }: FoldSummary, folds: readonly Fold[]): SizeFigure {
  const { accuracy, interval, logLoss } = outOfFold;
  const trained = folds.reduce((sum, fold) => sum + fold.trained, 0) / folds.length;
  return { perClass: null, trained, accuracy, interval, logLoss };
}

function positionsOf({ of, repeats, seed }: { of: number; repeats: number; seed: number }): FoldPosition[] {
  return Array.from({ length: repeats }, (_, repeat) =>
    Array.from({ length: of }, (_, fold) => ({
      repeat: repeat + 1,
      number: fold + 1,
      of,
      seed: seed + repeat,
    })),
  ).flat();
}

function sizesOfSeveral(): UserError {
  return new UserError('usage', {
    problem: 'Sizes are of one pipeline, but with --choose each fold may have settings of its own.',
    fix: 'Leave --choose or --sizes out.',
  });
}

function nothingToChoose(): UserError {
  return new UserError('usage', {
    problem: '--inner-folds is for choosing settings, but there are none to choose.',
    fix: "Say what to choose from, such as --choose 'recurrent.layers=[0,1]', or leave --inner-folds out.",
  });
}

/** What was never begun is no reason to refuse the same command. */
const removeEmpty = (folder: string): Promise<void> => rmdir(folder).catch(() => {});

async function checkFolder(out: string, resume: boolean): Promise<void> {
  await makeFolder(out).catch((cause: unknown) => Promise.reject(cannotWriteResult(out, cause)));
  const isEmpty = (await readdir(out)).length === 0;
  if (resume && isEmpty) {
    throw new UserError('usage', {
      problem: `There is no cross-validation to resume in ${out}.`,
      fix: 'Leave --resume out, or give the --out of the one that was interrupted.',
    });
  }
  if (!resume && !isEmpty) {
    throw new UserError('usage', {
      problem: `${out} is not empty, and trained models are never overwritten.`,
      fix: 'Give another folder with --out, or go on with --resume.',
    });
  }
}
