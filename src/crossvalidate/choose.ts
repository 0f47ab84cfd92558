import { UserError } from '../errors.js';
import { percent } from '../platform/percent.js';
import { measure } from '../tasks/classification/metrics.js';
import { runStages } from '../train/run-stages.js';
import { scoreNetwork } from '../train/score.js';
import { openBriefTraining } from './brief-training.js';
import { type Candidate, candidateText } from './candidates.js';
import type { CrossvalidateOptions } from './crossvalidate-options.js';
import { type InnerResult, type InnerResults, openInnerResults } from './inner-results.js';
import type { ChoicePlan, InnerTraining } from './plan-choices.js';
import { type FoldPosition, positionText } from './position.js';

/** What was chosen for a fold, and from what. No figure is of the fold's test part. */
export interface FoldChoice {
  readonly innerFolds: number;
  readonly chosen: ScoredCandidate;
  /** In the order in which they were given. */
  readonly candidates: readonly CandidateFigure[];
}

/** How a candidate did on the test parts of all inner folds together. */
export interface CandidateFigure {
  readonly settings: Candidate;
  /** Those that could be read, of all trainings that did not diverge. */
  readonly examples: number;
  /** Share that is right, and mean log loss in nats; null when a training diverged. */
  readonly accuracy: number | null;
  readonly logLoss: number | null;
}

interface ScoredCandidate extends CandidateFigure {
  readonly accuracy: number;
  readonly logLoss: number;
}

/**
 * Chooses a fold's settings by a cross-validation of what the fold may train on (Varma and Simon 2006; Cawley and
 * Talbot 2010, JMLR 11): the candidate with the most right answers wins; of equals the one with the lower log loss,
 * then the first. Trainings that diverge lose. Results are kept as they come, and those that are kept stand.
 *
 * @param options.path of the file that keeps them.
 * @throws UserError as openInnerResults and openTraining; `aborted`; `diverged` when no candidate is left.
 */
export async function chooseSettings(
  position: FoldPosition,
  { plan, path, options }: { plan: ChoicePlan; path: string; options: CrossvalidateOptions },
): Promise<FoldChoice> {
  const results = await openInnerResults(path, plan.startedWith);
  for (const training of plan.trainings) {
    if (isSettled(training, results)) continue;
    note(options, `${positionText(position)}: ${trainingText(training, plan)}`);
    const { candidate, fold } = training;
    await results.add({ candidate, fold, scores: await scoresOf(training, options) });
  }
  const candidates = plan.candidates.map((settings, index) => {
    const own = results.finished.filter(({ candidate }) => candidate === index + 1);
    return { settings, ...together(own) };
  });
  const chosen = bestOf(candidates);
  if (!chosen) throw allDiverged(position);
  note(options, `${positionText(position)}: chosen ${chosenText(chosen)}`);
  return { innerFolds: plan.innerFolds, chosen, candidates };
}

/** The candidate that is chosen; null when all diverged. */
export function bestOf(candidates: readonly CandidateFigure[]): ScoredCandidate | null {
  const scored = candidates.flatMap(({ accuracy, logLoss, ...rest }) =>
    accuracy === null || logLoss === null ? [] : [{ ...rest, accuracy, logLoss }],
  );
  // Sorting is stable: the first of equals stays the first.
  scored.sort((one, other) => other.accuracy - one.accuracy || one.logLoss - other.logLoss);
  return scored[0] ?? null;
}

/** Whether it is finished, or its candidate has already lost. */
function isSettled({ candidate, fold }: InnerTraining, { finished }: InnerResults): boolean {
  const own = finished.filter((result) => result.candidate === candidate);
  return own.some((result) => result.fold === fold || !result.scores);
}

async function scoresOf(
  { pipeline }: InnerTraining,
  options: CrossvalidateOptions,
): Promise<InnerResult['scores']> {
  try {
    const opened = await openBriefTraining(pipeline, options);
    const { members } = await runStages(opened);
    const answered = await scoreNetwork(opened, members);
    const truth = answered.examples.map(({ label }) => label);
    const { examples, accuracy, logLoss } = measure({ ...answered, truth, labels: opened.run.labels });
    return Number.isFinite(logLoss) ? { examples, right: Math.round(accuracy * examples), logLoss } : null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error.code === 'diverged') return null;
    throw error.code === 'aborted' ? interrupted(error) : error;
  }
}

function together(results: readonly InnerResult[]): Omit<CandidateFigure, 'settings'> {
  const scores = results.flatMap((result) => result.scores ?? []);
  const examples = scores.reduce((sum, score) => sum + score.examples, 0);
  if (scores.length < results.length) return { examples, accuracy: null, logLoss: null };
  const right = scores.reduce((sum, score) => sum + score.right, 0);
  const loss = scores.reduce((sum, score) => sum + score.logLoss * score.examples, 0);
  return { examples, accuracy: right / examples, logLoss: loss / examples };
}

function trainingText({ candidate, fold }: InnerTraining, { candidates, innerFolds }: ChoicePlan): string {
  const settings = candidateText(candidates[candidate - 1]!);
  return `candidate ${candidate} of ${candidates.length} (${settings}), inner fold ${fold} of ${innerFolds}`;
}

const chosenText = ({ settings, accuracy, examples }: ScoredCandidate): string =>
  `${candidateText(settings)}, right in ${percent(accuracy)} of ${examples} in its inner folds`;

function note({ onEvent }: CrossvalidateOptions, message: string): void {
  onEvent?.({ kind: 'note', message });
}

function allDiverged(position: FoldPosition): UserError {
  return new UserError('diverged', {
    problem: `${positionText(position)}: every candidate's training diverged, so none can be chosen.`,
    fix: 'Choose from lower values of training.learningRate or training.clipNorm, in another --out.',
  });
}

function interrupted(cause: UserError): UserError {
  return new UserError('aborted', {
    problem: 'Interrupted while settings were chosen; the inner folds that were finished are kept.',
    fix: 'Give the same command with --resume to go on to the same result.',
    cause,
  });
}
