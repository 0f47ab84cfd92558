import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { Dataset } from '../datasets/dataset.js';
import { openTrainingData } from '../datasets/open-data.js';
import { splitByGroup } from '../datasets/split.js';
import type { EngineName } from '../engine/engine.js';
import { selectEngine } from '../engine/select.js';
import { UserError } from '../errors.js';
import { readAdjustedPipeline } from '../pipeline/adjust-pipeline.js';
import type { Pipeline } from '../pipeline/schema.js';
import { settingsOf } from '../train/fingerprint.js';
import { adjustedBy, type Candidate, candidatesOf, candidateText } from './candidates.js';
import type { CrossvalidateOptions } from './crossvalidate-options.js';
import type { StartedWith } from './inner-results.js';
import { adjustmentsOf, type FoldPosition } from './position.js';

/** How the settings of one fold are chosen. */
export interface ChoicePlan {
  readonly candidates: readonly Candidate[];
  readonly innerFolds: number;
  /** All of a candidate's inner folds, then those of the next. */
  readonly trainings: readonly InnerTraining[];
  /** Everything that the trainings' results depend on, for a resume to be compared with. */
  readonly startedWith: StartedWith;
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
    refuseEmptyParts(trainings, dataset);
    const plan = { candidates, innerFolds, trainings };
    plans.push({ ...plan, startedWith: startedWith(plan, { position, dataset, engine: engine.name }) });
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

function startedWith(
  { candidates, innerFolds, trainings }: Omit<ChoicePlan, 'startedWith'>,
  { position, dataset, engine }: { position: FoldPosition; dataset: Dataset; engine: EngineName },
): StartedWith {
  // Candidates differ in what is chosen, and trainings in their folds; all else is the same for each.
  const varied = [...Object.keys(candidates[0]!), 'split.fold'];
  const isVaried = (name: string) => varied.some((one) => name === one || name.startsWith(`${one}.`));
  const settings = [...settingsOf(trainings[0]!.pipeline)].filter(([name]) => !isVaried(name));
  return {
    ...Object.fromEntries(settings),
    '--choose': candidates.map(candidateText).join('; '),
    '--folds': String(position.of),
    '--inner-folds': String(innerFolds),
    'the data': `${dataset.examples.length} examples (${digestOf(dataset).slice(0, 12)})`,
    '--engine': engine,
  };
}

/** sha256 (hex) of all that a split goes by. */
function digestOf({ labels, examples }: Dataset): string {
  const told = examples.map(({ id, label, group, split }) => [id, label, group, split]);
  return createHash('sha256')
    .update(JSON.stringify([labels, told]))
    .digest('hex');
}

/** @throws UserError `bad_dataset` where a part of an inner fold would be empty. */
function refuseEmptyParts(trainings: readonly InnerTraining[], dataset: Dataset): void {
  // Candidates mostly share their splits.
  const distinct = new Map(trainings.map(({ pipeline }) => [splitKey(pipeline), pipeline]));
  for (const { split, seed } of distinct.values()) {
    try {
      splitByGroup(dataset, { ...split, seed });
    } catch (cause) {
      if (!(cause instanceof UserError)) throw cause;
      throw new UserError(cause.code, {
        problem: `Settings cannot be chosen in ${split.fold?.of} folds inside each fold. ${cause.problem}`,
        fix: `Give fewer --inner-folds. ${cause.fix}`,
        cause,
      });
    }
  }
}

const splitKey = ({ split, seed }: Pipeline): string => JSON.stringify([split, seed]);

function ensembleOfSeveral(): UserError {
  return new UserError('usage', {
    problem: 'An ensemble is of one pipeline, but with --choose each fold may have settings of its own.',
    fix: 'Leave --ensemble out, or set what was chosen with --set and leave --choose out.',
  });
}
