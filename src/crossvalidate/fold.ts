import { join } from 'node:path';
import { type Bundle, loadBundle } from '../bundle/bundle.js';
import type { EngineName } from '../engine/engine.js';
import { UserError } from '../errors.js';
import type { Leak } from '../evaluate/leaks.js';
import { type Adjustments, readAdjustedPipeline } from '../pipeline/adjust-pipeline.js';
import { exists } from '../platform/exists.js';
import type { Prediction } from '../tasks/classification/predictions.js';
import { checkpointPath } from '../train/checkpoint.js';
import { pipelineDifferences } from '../train/fingerprint.js';
import { readResultFiles } from '../train/result-files.js';
import type { TrainEvent } from '../train/train-event.js';
import { adjustedBy } from './candidates.js';
import { chooseSettings, type FoldChoice } from './choose.js';
import type { CrossvalidateOptions } from './crossvalidate-options.js';
import type { ChoicePlan } from './plan-choices.js';
import { adjustmentsOf, type FoldPosition } from './position.js';

/** A training of one fold. */
export interface FoldTraining extends Adjustments {
  /** Folder of the model. */
  readonly out: string;
  readonly resume: boolean;
  readonly data: string | undefined;
  readonly engine: 'auto' | EngineName | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: TrainEvent) => void;
}

/** Trains a fold and leaves its model, with the files of train/result-files.ts. */
export type TrainFold = (training: FoldTraining) => Promise<unknown>;

interface FoldOptions {
  /** How its settings are chosen; null when they are fixed. */
  readonly plan: ChoicePlan | null;
  readonly options: CrossvalidateOptions;
  readonly trainModel: TrainFold;
}

/** A fold that is finished. */
export interface Fold {
  readonly position: FoldPosition;
  readonly bundle: Bundle;
  /** Null when its settings were fixed beforehand. */
  readonly choice: FoldChoice | null;
  /** What the logits of its predictions were divided by. */
  readonly temperature: number;
  /** Beyond it, examples are unlike what its network was trained on; absent where it does not know. */
  readonly maxDistance?: number | undefined;
  /** Of its test part. */
  readonly predictions: readonly Prediction[];
  /** Of its validation part; none without one. */
  readonly validationPredictions: readonly Prediction[];
  /** How many examples it trained on. */
  readonly trained: number;
  readonly skipped: ReadonlyArray<{ readonly path: string; readonly problem: string }>;
  readonly leaks: readonly Leak[];
}

/**
 * Trains a fold, or goes on with it, or reads it when it is finished.
 * @throws UserError as chooseSettings, trainModel and readResultFiles; `usage` for what was begun otherwise.
 */
export async function runFold(
  position: FoldPosition,
  { plan, options, trainModel }: FoldOptions,
): Promise<Fold> {
  const { repeat, number, of, seed } = position;
  const folder = join(options.out, `repeat-${repeat}`, `fold-${number}`);
  await refuseOtherChoice(folder, plan);
  const choice = plan && (await chooseSettings(position, { plan, path: choicePath(folder), options }));
  const fixed = adjustmentsOf(options, { seed, fold: { number, of } });
  const settings = choice ? adjustedBy(fixed, choice.chosen.settings) : fixed;
  if (!(await exists(folder))) {
    await trainModel(
      await foldTraining(folder, { settings, options, isFirst: repeat === 1 && number === 1 }),
    );
  }
  const bundle = await loadBundle(folder);
  const differences = pipelineDifferences(bundle.manifest.pipeline, await readAdjustedPipeline(settings));
  if (differences !== '') throw ofAnotherPipeline(folder, differences);
  const results = await readResultFiles(folder, bundle.manifest.labels);
  if (results.predictions.length === 0) throw nothingTested(folder, results.skipped);
  const { temperature, maxDistance } = bundle.manifest;
  return { position, bundle, choice, temperature, maxDistance, ...results };
}

async function foldTraining(
  folder: string,
  { settings, options, isFirst }: { settings: Adjustments; options: CrossvalidateOptions; isFirst: boolean },
): Promise<FoldTraining> {
  const { data, engine, signal, onEvent } = options;
  return {
    ...settings,
    out: folder,
    resume: await exists(checkpointPath(folder)),
    data,
    engine,
    signal,
    // Leaks are reported once, for all folds together, and remarks by the first.
    onEvent: (event) => event.kind !== 'leaks' && (event.kind !== 'remark' || isFirst) && onEvent?.(event),
  };
}

/** Beside the model's folder, as its checkpoint is. */
const choicePath = (folder: string): string => `${folder}.choice.json`;

async function refuseOtherChoice(folder: string, plan: ChoicePlan | null): Promise<void> {
  const isChosen = await exists(choicePath(folder));
  const isBegun = isChosen || (await exists(folder)) || (await exists(checkpointPath(folder)));
  if (!isBegun || isChosen === (plan !== null)) return;
  throw new UserError('usage', {
    problem: `The fold in ${folder} was started ${isChosen ? 'with' : 'without'} settings to choose.`,
    fix: 'Resume with the settings it was started with, or give another folder with --out.',
  });
}

function nothingTested(folder: string, skipped: Fold['skipped']): UserError {
  const first = skipped[0];
  return new UserError('bad_dataset', {
    problem: `None of the clips that ${folder} is to be tested on can be read${first ? `; ${first.path}: ${first.problem}` : ''}.`,
    fix: 'Fix or replace the clips that were left out (metrics.json in that folder names them), or ask for fewer --folds, and give another folder with --out.',
  });
}

function ofAnotherPipeline(folder: string, differences: string): UserError {
  return new UserError('usage', {
    problem: `The model in ${folder} was trained with other settings:\n${differences}`,
    fix: 'Resume with the settings it was started with, or give another folder with --out.',
  });
}
