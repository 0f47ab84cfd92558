import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { Dataset } from '../datasets/dataset.js';
import { openTrainingData } from '../datasets/open-data.js';
import { type Split, splitByGroup, splitDigest } from '../datasets/split.js';
import type { EngineName } from '../engine/engine.js';
import { selectEngine } from '../engine/select.js';
import { UserError } from '../errors.js';
import { readAdjustedPipeline } from '../pipeline/adjust-pipeline.js';
import type { Pipeline } from '../pipeline/schema.js';
import { adjustedBy, type Candidate, candidatesOf } from './candidates.js';
import type { CrossvalidateOptions } from './crossvalidate-options.js';
import { adjustmentsOf, type FoldPosition } from './position.js';

/** How the settings of one fold are chosen. */
export interface ChoicePlan {
  readonly candidates: readonly Candidate[];
  readonly innerFolds: number;
  /** All of a candidate's inner folds, then those of the next. */
  readonly trainings: readonly InnerTraining[];
  /** sha256 (hex) of all that the trainings' results depend on. */
  readonly digest: string;
}

/** A training on an inner fold: on what the fold may train on, less the part that it is scored on. */
export interface InnerTraining {
  /** Both from 1. */
  readonly candidate: number;
  readonly fold: number;
  readonly pipeline: Pipeline;
}

/** Folds of a choice where the caller does not say. */
const INNER_FOLDS = 3;

/**
 * Plans the choice of settings inside each fold, and finds all that would keep it from being made before anything
 * is trained: candidates that cannot be, and data that has too few groups.
 *
 * @throws UserError `usage`, and as readAdjustedPipeline, openTrainingData, selectEngine and splitByGroup.
 */
export async function planChoices(
  choose: Readonly<Record<string, string>>,
  { options, positions }: { options: CrossvalidateOptions; positions: readonly FoldPosition[] },
): Promise<ChoicePlan[]> {
  if (options.ensemble) throw ensembleOfSeveral();
  const candidates = await candidatesOf(choose, options);
  const { data, signal, innerFolds = INNER_FOLDS } = options;
  const { dataset } = await openTrainingData({
    pipeline: await readAdjustedPipeline(options),
    pipelineFolder: dirname(resolve(options.pipeline)),
    onEvent: options.onEvent ?? (() => {}),
    data,
    signal,
  });
  const { engine } = await selectEngine(options.engine ?? 'auto');
  const plans: ChoicePlan[] = [];
  for (const position of positions) {
    const trainings = await innerTrainings(position, { options, candidates, innerFolds });
    const digest = digestOf(trainings, { dataset, engine: engine.name });
    plans.push({ candidates, innerFolds, trainings, digest });
  }
  return plans;
}

async function innerTrainings(
  position: FoldPosition,
  plan: { options: CrossvalidateOptions; candidates: readonly Candidate[]; innerFolds: number },
): Promise<InnerTraining[]> {
  const { options, candidates, innerFolds: of } = plan;
  const { number, of: folds, seed } = position;
  const trainings: InnerTraining[] = [];
  for (const [index, candidate] of candidates.entries()) {
    for (let fold = 1; fold <= of; fold++) {
      const inner = { number: fold, of, without: { number, of: folds } };
      const adjustments = adjustmentsOf(options, { seed, fold: inner });
      const pipeline = await readAdjustedPipeline(adjustedBy(adjustments, candidate));
      trainings.push({ candidate: index + 1, fold, pipeline });
    }
  }
  return trainings;
}

function digestOf(
  trainings: readonly InnerTraining[],
  { dataset, engine }: { dataset: Dataset; engine: EngineName },
): string {
  const pipelines = trainings.map(({ pipeline }) => pipeline);
  // Candidates mostly share their splits.
  const distinct = new Map(pipelines.map((pipeline) => [splitKey(pipeline), pipeline]));
  const splits = [...distinct.values()].map((pipeline) =>
    splitDigest(dataset, splitInside(dataset, pipeline)),
  );
  return createHash('sha256')
    .update(JSON.stringify([engine, splits, pipelines]))
    .digest('hex');
}

const splitKey = ({ split, seed }: Pipeline): string => JSON.stringify([split, seed]);

/** @throws UserError `bad_dataset` where a part would be empty. */
function splitInside(dataset: Dataset, { split, seed }: Pipeline): Split {
  try {
    return splitByGroup(dataset, { ...split, seed });
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    throw new UserError(cause.code, {
      problem: `Settings cannot be chosen in ${split.fold?.of} folds inside each fold. ${cause.problem}`,
      fix: `Give fewer --inner-folds. ${cause.fix}`,
      cause,
    });
  }
}

function ensembleOfSeveral(): UserError {
  return new UserError('usage', {
    problem: 'An ensemble is of one pipeline, but with --choose each fold may have settings of its own.',
    fix: 'Leave --ensemble out, or set what was chosen with --set and leave --choose out.',
  });
}
