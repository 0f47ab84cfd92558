import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type Bundle, loadBundle } from '../bundle/bundle.js';
import { UserError } from '../errors.js';
import type { Leak } from '../evaluate/leaks.js';
import { type Adjustments, readAdjustedPipeline } from '../pipeline/adjust-pipeline.js';
import { type Prediction, parsePredictions } from '../tasks/classification/predictions.js';
import { checkpointPath } from '../train/prepare.js';
import { train } from '../train/train.js';
import { VALIDATION_PREDICTIONS } from '../train/trained-bundle.js';
import { adjustedBy } from './candidates.js';
import { chooseSettings, type FoldChoice } from './choose.js';
import type { CrossvalidateOptions } from './crossvalidate.js';
import type { ChoicePlan } from './plan-choices.js';
import { adjustmentsOf, type FoldPosition } from './position.js';

/** A fold that is finished. */
export interface Fold {
  readonly position: FoldPosition;
  readonly bundle: Bundle;
  /** Null when its settings were fixed beforehand. */
  readonly choice: FoldChoice | null;
  /** Of its test part. */
  readonly predictions: readonly Prediction[];
  /** Of its validation part; none without one. */
  readonly validationPredictions: readonly Prediction[];
  readonly skipped: ReadonlyArray<{ readonly path: string; readonly problem: string }>;
  readonly leaks: readonly Leak[];
}

/**
 * Trains a fold, or goes on with it, or reads it when it is finished.
 * @param options.plan how its settings are chosen; null when they are fixed.
 * @throws UserError as chooseSettings and train; `usage` for what was begun otherwise.
 */
export async function runFold(
  position: FoldPosition,
  { plan, options }: { plan: ChoicePlan | null; options: CrossvalidateOptions },
): Promise<Fold> {
  const { repeat, number, of, seed } = position;
  const folder = join(options.out, `repeat-${repeat}`, `fold-${number}`);
  await refuseOtherChoice(folder, plan);
  const choice = plan && (await chooseSettings(position, { plan, path: choicePath(folder), options }));
  const fixed = adjustmentsOf(options, { seed, fold: { number, of } });
  const settings = choice ? adjustedBy(fixed, choice.chosen.settings) : fixed;
  if (!(await exists(folder))) await trainFold(folder, { settings, options });
  const bundle = await loadBundle(folder);
  const expected = JSON.stringify(await readAdjustedPipeline(settings));
  if (JSON.stringify(bundle.manifest.pipeline) !== expected) throw ofAnotherPipeline(folder);
  return { position, bundle, choice, ...(await readResults(bundle)) };
}

async function trainFold(
  folder: string,
  { settings, options }: { settings: Adjustments; options: CrossvalidateOptions },
): Promise<void> {
  const { data, engine, signal, onEvent } = options;
  await train({
    ...settings,
    ...{ out: folder, resume: await exists(checkpointPath(folder)) },
    data,
    engine,
    signal,
    // Leaks are told once, for all folds together.
    onEvent: (event) => event.kind !== 'leaks' && onEvent?.(event),
  });
}

/** Beside the model's folder, as its checkpoint is. */
const choicePath = (folder: string): string => `${folder}.choice.json`;

async function refuseOtherChoice(folder: string, plan: ChoicePlan | null): Promise<void> {
  const isChosen = await exists(choicePath(folder));
  const isBegun = isChosen || (await exists(folder)) || (await exists(checkpointPath(folder)));
  if (!isBegun || isChosen === (plan !== null)) return;
  throw new UserError('usage', {
    problem: `The fold in ${folder} was begun ${isChosen ? 'with' : 'without'} settings to choose.`,
    fix: 'Resume with what it was begun with, or give another folder with --out.',
  });
}

const part = z.enum(['train', 'validation', 'test']);

const metricsSchema = z.object({
  leaks: z.array(
    z.object({
      kind: z.enum(['content', 'frames']),
      ids: z.tuple([z.string(), z.string()]),
      parts: z.tuple([part, part]),
    }),
  ),
  skipped: z.array(z.object({ path: z.string(), problem: z.string() })),
});

async function readResults({
  folder,
  manifest,
}: Bundle): Promise<Omit<Fold, 'position' | 'bundle' | 'choice'>> {
  const metrics = metricsSchema.parse(JSON.parse(await readFile(join(folder, 'metrics.json'), 'utf8')));
  const read = async (path: string) => parsePredictions(await readFile(path, 'utf8'), manifest.labels, path);
  const [tested, validated] = [join(folder, 'predictions.csv'), join(folder, VALIDATION_PREDICTIONS)];
  if (!(await exists(tested))) throw nothingTested(folder, metrics.skipped);
  return {
    predictions: await read(tested),
    validationPredictions: (await exists(validated)) ? await read(validated) : [],
    ...metrics,
  };
}

function nothingTested(folder: string, skipped: Fold['skipped']): UserError {
  const first = skipped[0];
  return new UserError('bad_dataset', {
    problem: `None of the clips that ${folder} is to be tested on can be read${first ? `; ${first.path}: ${first.problem}` : ''}.`,
    fix: 'Mend or replace the clips that were left out (metrics.json in that folder names them), or ask for fewer --folds, and give another folder with --out.',
  });
}

function ofAnotherPipeline(folder: string): UserError {
  return new UserError('usage', {
    problem: `The model in ${folder} was trained by another pipeline, seed or number of folds.`,
    fix: 'Resume with what it was begun with, or give another folder with --out.',
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
